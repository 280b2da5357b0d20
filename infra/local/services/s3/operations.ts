import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of S3 that are modelled. */
export const s3Operations = {
  ListBuckets: { tool: 'AWS CLI' },
  HeadBucket: { tool: 'AWS CLI' },
  GetBucketLocation: { tool: 'AWS CLI' },
  GetBucketVersioning: { tool: 'AWS CLI' },
  ListObjectsV2: { tool: 'AWS CLI' },
  GetObjectTagging: { tool: 'AWS CLI' },
  CreateMultipartUpload: { tool: 'AWS CLI' },
  UploadPart: { tool: 'AWS CLI' },
  UploadPartCopy: { tool: 'AWS CLI' },
  CompleteMultipartUpload: { tool: 'AWS CLI' },
  AbortMultipartUpload: { tool: 'AWS CLI' },
  PutObject: { tool: 'AWS CLI' },
  GetObject: { tool: 'AWS CLI' },
  HeadObject: { tool: 'AWS CLI' },
  CopyObject: { tool: 'AWS CLI' },
  DeleteObject: { tool: 'AWS CLI' },
  ListObjectVersions: { tool: 'AWS CLI' },
  PostObject: { call: 'createPresignedPost(', tool: 'a browser' },
  Preflight: { call: "'access-control-request-method'", tool: 'a browser' },
} satisfies OperationTable
