import { routes } from '../../../commands/contract.ts'
import type { OnBehalfReason, WildcardReason } from './grant-reason.ts'
import { uploadOnBehalf, uploadWildcards } from './upload/grant-reasons.ts'

/** The functions behind the HTTP API. */
const apis = [...new Set(routes.map((route) => route.function))].map((name) =>
  name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
)

/** The actions of CodeDeploy while it releases these functions gradually. */
const gradualReleases: readonly OnBehalfReason[] = apis.flatMap((api) =>
  [
    { actions: ['lambda:GetAlias', 'lambda:UpdateAlias'], resource: api },
    { actions: ['lambda:GetProvisionedConcurrencyConfig'], resource: `${api}:live` },
  ].map(({ actions, resource }) => ({
    service: 'CodeDeploy',
    actions,
    on: { holder: 'GradualReleaseRole', resource },
    reason: 'CodeDeploy moves the alias. In the local cloud, a new version is live at once.',
  })),
)

/** The resource of CodeDeploy's grant to read alarms. */
const allAlarms = 'arn:<Partition>:cloudwatch:<Region>:<AccountId>:alarm:*'

const tracing = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords']

/** The grants that services use on behalf of the template. All other grants need a test that uses them. */
export const onBehalf: readonly OnBehalfReason[] = [
  {
    service: 'CloudWatch Logs',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    on: 'the log group of the function',
    reason: 'Lambda writes what a function prints to its log group. The local cloud prints it instead.',
  },
  ...gradualReleases,
  {
    service: 'CodeDeploy',
    actions: ['cloudwatch:DescribeAlarms'],
    on: { holder: 'GradualReleaseRole', resource: allAlarms },
    reason: 'CodeDeploy reads the alarms that undo a release.',
  },
  {
    service: 'X-Ray',
    actions: tracing,
    on: 'the traces of the function',
    reason: 'Lambda sends the traces of a function by its role. The local cloud traces nothing.',
  },
  {
    service: 'Lambda',
    actions: [
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
    ],
    on: 'an event source of the function',
    reason:
      'The event source mapping reads the stream by the role of its function. Lambda demands all four actions when the mapping is created.',
  },
  {
    service: 'Lambda',
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    on: 'an event source of the function',
    reason:
      'The event source mapping reads the queue by the role of its function. Lambda demands all three actions when the mapping is created.',
  },
  ...uploadOnBehalf,
]

/** The wildcards in the grants of the template. Any other is refused. */
export const wildcards: readonly WildcardReason[] = [
  {
    actions: tracing,
    resource: '*',
    reason: 'X-Ray knows no resources that a policy could name for these actions.',
  },
  {
    actions: ['cloudwatch:DescribeAlarms'],
    resource: allAlarms,
    reason: 'CodeDeploy reads several alarms in one call, for which AWS documents no narrower resource.',
  },
  ...uploadWildcards,
]
