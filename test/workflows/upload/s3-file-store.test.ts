import { GetObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { createS3Files } from '../../../workflows/upload/s3-file-store.ts'
import { filesContract } from '../../contract/upload/files.ts'
import { Bucket, openBucket } from '../../kit/local-cloud/local-bucket.ts'
import { withDataDir } from '../../kit/local-cloud/local-service.ts'

withDataDir()
const versioned = { VersioningConfiguration: { Status: 'Enabled' } }
const open = async (caller?: string) => createS3Files(Bucket, (await openBucket()).configOf(caller))

filesContract('of S3', () => open())
filesContract('of S3 with versions', async () =>
  createS3Files(Bucket, (await openBucket(versioned)).configOf()),
)

it('files of S3 that may not be read are not mistaken for missing ones', async () => {
  const files = await open('Nobody')
  await expect(files.look('incoming/a')).rejects.toMatchObject({ name: 'AccessDenied' })
  await expect(files.read('incoming/a', 'etag')).rejects.toMatchObject({ name: 'AccessDenied' })
})

it('a removed file is gone with all its versions, and no other file is', async () => {
  const bucket = await openBucket(versioned)
  const files = createS3Files(Bucket, bucket.configOf())
  for (const text of ['one', 'two', 'three'])
    await files.write('incoming/a', new TextEncoder().encode(text), 'image/jpeg')
  await files.write('incoming/ab', new Uint8Array(3), 'image/jpeg')
  const versions = async () =>
    (await bucket.clientOf().send(new ListObjectVersionsCommand({ Bucket }))).Versions?.map(({ Key }) => Key)
  expect(await versions()).toEqual(['incoming/a', 'incoming/a', 'incoming/a', 'incoming/ab'])
  await files.remove('incoming/a')
  expect(await versions()).toEqual(['incoming/ab'])
})

describe('the function that opens pictures', () => {
  const bytes = new Uint8Array(3)

  it('learns that a file is gone, and nothing about other keys', async () => {
    const bucket = await openBucket()
    const files = createS3Files(Bucket, bucket.configOf('Pictures'))
    await expect(files.read('incoming/a', 'etag')).rejects.toMatchObject({ name: 'ReplacedFile' })
    const other = new GetObjectCommand({ Bucket, Key: 'files/a/original' })
    await expect(bucket.clientOf('Pictures').send(other)).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  it('overwrites no original', async () => {
    const files = await open('Pictures')
    await files.write('files/a/thumbnail', bytes, 'image/webp')
    const refused = { name: 'AccessDenied' }
    await expect(files.write('files/a/original', bytes, 'image/webp')).rejects.toMatchObject(refused)
  })
})
