import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of S3 that are modelled. */
export const s3Operations = {
  PutObject: {
    caller: 'the upload pipeline, for a thumbnail',
    file: 'workflows/upload/s3-file-store.ts',
    call: 'new PutObjectCommand(',
  },
  GetObject: {
    caller: 'the upload pipeline, to read a file',
    file: 'workflows/upload/s3-file-store.ts',
    call: 'new GetObjectCommand(',
  },
  HeadObject: {
    caller: 'a developer with the AWS CLI; here, a test does',
    file: 'test/infra/local/services/s3/s3.test.ts',
    call: 'new HeadObjectCommand(',
  },
  CopyObject: {
    caller: 'the upload pipeline, for an accepted file',
    file: 'workflows/upload/s3-file-store.ts',
    call: 'new CopyObjectCommand(',
  },
  DeleteObject: {
    caller: 'the upload pipeline',
    file: 'workflows/upload/s3-file-store.ts',
    call: 'new DeleteObjectCommand(',
  },
  ListObjectVersions: {
    caller: 'the upload pipeline, to remove all versions of a file',
    file: 'workflows/upload/s3-file-store.ts',
    call: 'new ListObjectVersionsCommand(',
  },
  PostObject: {
    caller: 'a browser, with a form that a command signs',
    file: 'commands/upload/s3-upload-forms.ts',
    call: 'createPresignedPost(',
  },
  Preflight: {
    caller: 'a browser, before a request from another origin; here, a test does',
    file: 'test/infra/local/services/s3/cors.test.ts',
    call: "'access-control-request-method'",
  },
} satisfies OperationTable
