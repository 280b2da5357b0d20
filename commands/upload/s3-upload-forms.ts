import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { createPresignedPost } from '@aws-sdk/s3-presigned-post'
import { incomingKey } from '../../domain/upload/object-keys.ts'
import type { UploadForms } from './upload-forms.ts'

/** Makes forms of S3. Their conditions are signed, and S3 refuses every file that does not meet them. */
export function createS3UploadForms(bucket: string, config: S3ClientConfig = {}): UploadForms {
  const client = new S3Client(config)
  return {
    async formFor(uploadId, { contentType, size, expiresAt }) {
      const { url, fields } = await createPresignedPost(client, {
        Bucket: bucket,
        Key: incomingKey(uploadId),
        // The SDK adds a condition for each of these fields.
        Fields: { 'Content-Type': contentType },
        Conditions: [['content-length-range', size, size]],
        Expires: Math.max(1, Math.floor((Date.parse(expiresAt) - Date.now()) / 1000)),
      })
      return { method: 'POST', url, fields, expiresAt }
    },
  }
}
