import type { OnBehalfReason, WildcardReason } from './grant-reason.ts'
import { uploadOnBehalf, uploadWildcards } from './upload/grant-reasons.ts'

const tracing = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords']

/** The grants that services use on behalf of the template. All other grants need a test that uses them. */
export const onBehalf: readonly OnBehalfReason[] = [
  {
    service: 'CloudWatch Logs',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    on: 'the log group of the function',
    reason: 'Lambda writes what a function prints to its log group. The local cloud prints it instead.',
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
  ...uploadWildcards,
]
