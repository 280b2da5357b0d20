import type { WildcardReason } from '../grant-reason.ts'

const key =
  'The rest of a key is the ids of a project and an upload, which exist only once a person uploads a file.'

export const uploadWildcards: readonly WildcardReason[] = [
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
