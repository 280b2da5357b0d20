import { expect, it } from 'vitest'
import { createS3Files } from '../../../workflows/upload/s3-file-store.ts'
import { filesContract } from '../../contract/upload/files.ts'
import { Bucket, openBucket } from '../../kit/local-cloud/local-bucket.ts'
import { withDataDir } from '../../kit/local-cloud/local-service.ts'

withDataDir()
const open = async (who?: string) => createS3Files(Bucket, (await openBucket()).configOf(who))

filesContract('of S3', () => open())

it('files of S3 that may not be read are not taken for none', async () => {
  const files = await open('Nobody')
  await expect(files.look('incoming/a')).rejects.toMatchObject({ name: 'AccessDenied' })
  await expect(files.read('incoming/a', 'etag')).rejects.toMatchObject({ name: 'AccessDenied' })
})
