import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of S3 that are modelled. */
export const s3Operations = {
  PutObject: { tool: 'AWS CLI' },
  GetObject: { tool: 'AWS CLI' },
  HeadObject: { tool: 'AWS CLI' },
  CopyObject: { tool: 'AWS CLI' },
  DeleteObject: { tool: 'AWS CLI' },
  ListObjectVersions: { tool: 'AWS CLI' },
  PostObject: { call: 'createPresignedPost(', tool: 'a browser' },
  Preflight: { call: "'access-control-request-method'", tool: 'a browser' },
} satisfies OperationTable
