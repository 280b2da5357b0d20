/** Why findings of a rule of cdk-nag are not defects. */
export interface NagAcknowledgement {
  readonly rule: string
  /** Paths of constructs in their stack. */
  readonly resources: readonly string[]
  readonly reason: string
}

/** The acknowledgements for a queue that holds failed work. */
export function failureQueues(...queues: readonly string[]): readonly NagAcknowledgement[] {
  return [
    {
      rule: 'AwsSolutions-SQS3',
      resources: queues,
      reason:
        'It is the dead-letter queue of a function, a rule or a schedule. The rule recognises only dead-letter queues of other queues.',
    },
    {
      rule: 'Serverless-SQSRedrivePolicy',
      resources: queues,
      reason: 'It is the last place of failed work. An alarm tells an operator about the first message.',
    },
  ]
}

/** The acknowledgement for functions that start no trace, in any stage or in one that traces no request, such as `dev`. */
export function untraced(...functions: readonly string[]): NagAcknowledgement {
  return {
    rule: 'Serverless-LambdaTracing',
    resources: functions,
    reason:
      'The setting `traceRate` of a stage decides, and only the APIs start traces. The stage `dev` traces no request.',
  }
}

/** The acknowledgements for functions that Lambda invokes asynchronously. */
export function asynchronous(...functions: readonly string[]): readonly NagAcknowledgement[] {
  return [
    {
      rule: 'Serverless-LambdaDLQ',
      resources: functions,
      reason:
        'Its EventInvokeConfig names a failure queue. The rule knows only the older setting of the function, which keeps no reason for the failure.',
    },
    untraced(...functions),
  ]
}

/** A function that a queue is delivered to. */
export interface QueueConsumer {
  readonly function: string
  /** The id of its event source mapping. */
  readonly mapping: string
  /** The dead-letter queue of the queue. */
  readonly deadLetters: string
}

/** The acknowledgements for a function that a queue is delivered to. */
export function queued({
  function: name,
  mapping,
  deadLetters,
}: QueueConsumer): readonly NagAcknowledgement[] {
  return [
    {
      rule: 'Serverless-LambdaDLQ',
      resources: [name],
      reason: 'A failed message returns to its queue, which has a dead-letter queue.',
    },
    {
      rule: 'Serverless-LambdaEventSourceMappingDestination',
      resources: [`${name}/${mapping}`],
      reason: 'A mapping of a queue has no failure destination. The queue has a dead-letter queue instead.',
    },
    {
      rule: 'Serverless-SQSRedrivePolicy',
      resources: [deadLetters],
      reason: 'It is a dead-letter queue. An alarm tells an operator about the first message.',
    },
    untraced(name),
  ]
}

/** The acknowledgements for the function of a reaction, or of all mail. */
export function reaction(name: string): readonly NagAcknowledgement[] {
  return queued({ function: name, mapping: 'QueueMapping', deadLetters: `${name}Failures` })
}

/** The acknowledgements for functions whose caller waits for the answer. */
export function synchronous(...functions: readonly string[]): readonly NagAcknowledgement[] {
  return [
    {
      rule: 'Serverless-LambdaDLQ',
      resources: functions,
      reason:
        'Its callers invoke it synchronously and receive the error. Lambda sends to a dead-letter queue only after an asynchronous invocation.',
    },
    untraced(...functions),
  ]
}
