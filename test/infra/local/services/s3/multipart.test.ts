import { createHash } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { beforeEach, describe, expect, it } from 'vitest'
import { Bucket, type OpenBucket, openBucket } from '../../../../kit/local-cloud/local-bucket.ts'
import { withDataDir } from '../../../../kit/local-cloud/local-service.ts'

const Key = 'uploads/large'
const first = Buffer.alloc(5 * 1024 * 1024, 'a')
const last = Buffer.from('the end')
let bucket: OpenBucket
let client: S3Client

withDataDir()
beforeEach(async () => {
  bucket = await openBucket({ NotificationConfiguration: { EventBridgeConfiguration: {} } })
  client = bucket.clientOf()
})

const begin = async () =>
  (await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'image/png' }))).UploadId
const part = async (UploadId: string | undefined, PartNumber: number, Body: Buffer) => {
  const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))
  return { PartNumber, ETag }
}
const complete = (UploadId: string | undefined, Parts: { PartNumber: number; ETag: string | undefined }[]) =>
  client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }))
const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest()

describe('an upload in parts', () => {
  it('becomes an object once it is complete, whatever the order of its parts, and is announced', async () => {
    const id = await begin()
    const two = await part(id, 2, last)
    const one = await part(id, 1, first)
    await expect(client.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toThrow()
    const etag = `"${md5(Buffer.concat([md5(first), md5(last)])).toString('hex')}-2"`
    expect((await complete(id, [one, two])).ETag).toBe(etag)
    const { Body, ContentType, ETag } = await client.send(new GetObjectCommand({ Bucket, Key }))
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? [])
    expect(bytes.equals(Buffer.concat([first, last]))).toBe(true)
    expect([ContentType, ETag]).toEqual(['image/png', etag])
    expect(bucket.events).toMatchObject([
      { detail: { reason: 'CompleteMultipartUpload', object: { key: Key, size: bytes.length } } },
    ])
    await expect(complete(id, [one, two])).rejects.toMatchObject({ name: 'NoSuchUpload' })
  })

  it('survives a restart', async () => {
    const id = await begin()
    const one = await part(id, 1, first)
    bucket = await openBucket()
    client = bucket.clientOf()
    await complete(id, [one, await part(id, 2, last)])
    expect((await client.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength).toBe(
      first.length + last.length,
    )
  })

  it("is refused with S3's errors", async () => {
    const id = await begin()
    const parts = [await part(id, 1, last), await part(id, 2, last)]
    await expect(complete(id, parts)).rejects.toMatchObject({ name: 'EntityTooSmall' })
    await expect(complete(id, parts.toReversed())).rejects.toMatchObject({ name: 'InvalidPartOrder' })
    await expect(complete(id, [{ PartNumber: 1, ETag: '"other"' }])).rejects.toMatchObject({
      name: 'InvalidPart',
    })
    await expect(complete('none', parts)).rejects.toMatchObject({ name: 'NoSuchUpload' })
    await expect(part(id, 0, last)).rejects.toMatchObject({ name: 'InvalidArgument' })
    const stranger = bucket.clientOf('Queries')
    await expect(
      stranger.send(new UploadPartCommand({ Bucket, Key, UploadId: id, PartNumber: 1, Body: 'x' })),
    ).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  it('no longer exists once it is aborted', async () => {
    const id = await begin()
    const one = await part(id, 1, last)
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: id }))
    await expect(complete(id, [one])).rejects.toMatchObject({ name: 'NoSuchUpload' })
  })

  it('may copy its parts from an object', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'source', Body: 'some content' }))
    const id = await begin()
    const { CopyPartResult } = await client.send(
      new UploadPartCopyCommand({
        Bucket,
        Key,
        UploadId: id,
        PartNumber: 1,
        CopySource: `${Bucket}/source`,
        CopySourceRange: 'bytes=5-11',
      }),
    )
    await complete(id, [{ PartNumber: 1, ETag: CopyPartResult?.ETag }])
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
    expect(await Body?.transformToString()).toBe('content')
  })
})
