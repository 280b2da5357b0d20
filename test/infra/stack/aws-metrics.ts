/** A metric that AWS sends to CloudWatch by itself, as the documentation describes it. */
export interface AwsMetric {
  readonly namespace: string
  readonly name: string
  /** Every combination of dimensions that AWS sends, each sorted and joined by a comma; '' is none. */
  readonly dimensions: readonly string[]
  /** The statistics that mean something; `p` stands for every percentile. */
  readonly statistics: readonly string[]
  readonly unit: 'Count' | 'Milliseconds' | 'Seconds' | 'Percent' | 'None'
  /** Whether AWS sends no value while the metric is zero. */
  readonly onlyIfNonZero?: true
  /** Title of the page of AWS's documentation. */
  readonly page: string
  /** The day on which the page was read. */
  readonly read: string
}

const read = '2026-11-30'

/** Metrics that share all but the name. */
function metrics(names: readonly string[], common: Omit<AwsMetric, 'name' | 'read'>): AwsMetric[] {
  return names.map((name) => ({
    name,
    read,
    ...common,
  }))
}

const lambda = {
  namespace: 'AWS/Lambda',
  page: 'Types of metrics for Lambda functions (AWS Lambda Developer Guide)',
} as const
const ofFunctions = ['', 'FunctionName', 'FunctionName,Resource', 'ExecutedVersion,FunctionName,Resource']
const api = {
  namespace: 'AWS/ApiGateway',
  // Routes have more dimensions, if detailed metrics are on.
  dimensions: ['ApiId', 'ApiId,Stage'],
  page: 'Monitor CloudWatch metrics for HTTP APIs in API Gateway (Amazon API Gateway Developer Guide)',
} as const
const dynamo = {
  namespace: 'AWS/DynamoDB',
  statistics: ['Sum'],
  unit: 'Count',
  onlyIfNonZero: true,
  page: 'DynamoDB metrics and dimensions (Amazon DynamoDB Developer Guide)',
} as const
const states = {
  namespace: 'AWS/States',
  dimensions: ['StateMachineArn'],
  page: 'Monitoring Step Functions metrics using Amazon CloudWatch (AWS Step Functions Developer Guide)',
} as const
const ses = {
  namespace: 'AWS/SES',
  dimensions: [''],
  page: 'Retrieving Amazon SES event data from CloudWatch; Creating reputation monitoring alarms (Amazon SES Developer Guide)',
} as const

/**
 * The metrics that alarms and the dashboard may use. An alarm on a name that AWS does not send is silent for ever, and no
 * test against a CloudWatch of our own would notice.
 */
export const awsMetrics: readonly AwsMetric[] = [
  ...metrics(['Errors', 'Throttles', 'Invocations'], {
    ...lambda,
    dimensions: ofFunctions,
    statistics: ['Sum'],
    unit: 'Count',
  }),
  ...metrics(['Duration', 'IteratorAge'], {
    ...lambda,
    dimensions: ofFunctions,
    statistics: ['Average', 'Maximum', 'p'],
    unit: 'Milliseconds',
  }),
  ...metrics(['ConcurrentExecutions'], {
    ...lambda,
    dimensions: ofFunctions,
    statistics: ['Maximum'],
    unit: 'Count',
  }),
  ...metrics(['Count', '4xx', '5xx'], {
    ...api,
    statistics: ['Sum'],
    unit: 'Count',
  }),
  ...metrics(['Latency', 'IntegrationLatency'], {
    ...api,
    statistics: ['Average', 'Maximum', 'p'],
    unit: 'Milliseconds',
  }),
  ...metrics(
    ['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits', 'ReadThrottleEvents', 'WriteThrottleEvents'],
    { ...dynamo, dimensions: ['TableName', 'GlobalSecondaryIndexName,TableName'] },
  ),
  ...metrics(['SystemErrors'], { ...dynamo, dimensions: ['Operation,TableName'] }),
  ...metrics(
    [
      'ExecutionsStarted',
      'ExecutionsSucceeded',
      'ExecutionsFailed',
      'ExecutionsTimedOut',
      'ExecutionsAborted',
      'ExecutionThrottled',
    ],
    {
      ...states,
      statistics: ['Sum'],
      unit: 'Count',
    },
  ),
  ...metrics(['ExecutionTime'], {
    ...states,
    statistics: ['Average', 'Maximum', 'p'],
    unit: 'Milliseconds',
  }),
  ...metrics(['ApproximateNumberOfMessagesVisible', 'ApproximateNumberOfMessagesNotVisible'], {
    namespace: 'AWS/SQS',
    dimensions: ['QueueName'],
    statistics: ['Maximum', 'Sum'],
    unit: 'Count',
    page: 'Available CloudWatch metrics for Amazon SQS (Amazon SQS Developer Guide)',
  }),
  ...metrics(['ApproximateAgeOfOldestMessage'], {
    namespace: 'AWS/SQS',
    dimensions: ['QueueName'],
    statistics: ['Maximum'],
    unit: 'Seconds',
    page: 'Available CloudWatch metrics for Amazon SQS (Amazon SQS Developer Guide)',
  }),
  ...metrics(['FailedInvocations'], {
    namespace: 'AWS/Events',
    // The rules of the default bus are named by RuleName alone.
    dimensions: ['RuleName', 'EventBusName,RuleName'],
    statistics: ['Sum'],
    unit: 'Count',
    onlyIfNonZero: true,
    page: 'Monitoring Amazon EventBridge (Amazon EventBridge User Guide)',
  }),
  ...metrics(['Send', 'Bounce', 'Complaint'], {
    ...ses,
    statistics: ['Sum'],
    unit: 'Count',
  }),
  ...metrics(['Reputation.BounceRate', 'Reputation.ComplaintRate'], {
    ...ses,
    statistics: ['Average', 'Maximum'],
    unit: 'None',
  }),
  ...metrics(['EstimatedCharges'], {
    namespace: 'AWS/Billing',
    // Sent to us-east-1 only.
    dimensions: ['Currency', 'Currency,ServiceName'],
    statistics: ['Maximum'],
    unit: 'None',
    page: 'Create a billing alarm to monitor your estimated AWS charges (Amazon CloudWatch User Guide)',
  }),
]
