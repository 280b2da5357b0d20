import { deliveryActions, tracingActions } from '../../../../infra/stack/parts/monitoring/execution-log.ts'
import type { OnBehalfReason, WildcardReason } from '../grant-reason.ts'

const delivery = deliveryActions.map((action) => `logs:${action}`)
const tracing = tracingActions.map((action) => `xray:${action}`)

/** Actions of Step Functions itself, which the local cloud does not perform. */
export const uploadOnBehalf: readonly OnBehalfReason[] = [
  {
    service: 'Step Functions',
    actions: [...delivery, ...tracing],
    on: { holder: 'UploadPipelineRole', resource: '*' },
    reason: 'Step Functions delivers the log of runs and their traces by the role of the state machine.',
  },
]

const key =
  'The rest of a key is the ids of a project and an upload, which exist only once a person uploads a file.'

export const uploadWildcards: readonly WildcardReason[] = [
  {
    actions: delivery,
    resource: '*',
    reason: 'CloudWatch Logs has no resource that a policy could name for the delivery of a log.',
  },
  {
    actions: tracing,
    resource: '*',
    reason: 'X-Ray knows no resources that a policy could name for these actions.',
  },
  {
    actions: ['s3:PutObject', 's3:GetObject', 's3:DeleteObjectVersion'],
    resource: 'Files/incoming/*',
    reason: key,
  },
  { actions: ['s3:GetObject', 's3:DeleteObjectVersion'], resource: 'Files/files/*', reason: key },
  {
    actions: ['s3:PutObject'],
    resource: 'Files/files/*/original',
    reason: `${key} The last part keeps the function from any thumbnail.`,
  },
  {
    actions: ['s3:PutObject'],
    resource: 'Files/files/*/thumbnail',
    reason: `${key} The last part keeps the function that decodes pictures from any original.`,
  },
  {
    actions: ['s3:ListBucket', 's3:ListBucketVersions'],
    resource: 'Files if s3:prefix is incoming/*',
    reason: key,
  },
  { actions: ['s3:ListBucketVersions'], resource: 'Files if s3:prefix is files/*', reason: key },
]
