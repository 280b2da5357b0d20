import {
  CopyObjectCommand,
  type CopyObjectCommandInput,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  Bucket,
  developerHeaders,
  errorOf,
  type OpenBucket,
  openBucket,
} from '../../../../kit/local-cloud/local-bucket.ts'
import { withDataDir } from '../../../../kit/local-cloud/local-service.ts'

const from = 'uploads/über den fluß.jpg'
const Key = 'files/river.jpg'
let bucket: OpenBucket
let client: S3Client
let etag: string

withDataDir()
beforeEach(async () => {
  bucket = await openBucket({
    NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
  })
  client = bucket.clientOf()
  const input = { Bucket, Key: from, Body: 'content', ContentType: 'image/jpeg', Metadata: { owner: 'ann' } }
  const { ETag = '' } = await client.send(new PutObjectCommand(input))
  etag = ETag
})

const copy = (input: Partial<CopyObjectCommandInput> = {}, by = client) =>
  by.send(new CopyObjectCommand({ Bucket, Key, CopySource: encodeURI(`${Bucket}/${from}`), ...input }))
const get = (key = Key, IfMatch?: string) => client.send(new GetObjectCommand({ Bucket, Key: key, IfMatch }))

describe('a copy', () => {
  it('is the same content with the same headers, and told of', async () => {
    const { CopyObjectResult } = await copy()
    expect(CopyObjectResult).toEqual({ ETag: etag, LastModified: expect.any(Date) })
    const { Body, ContentType, Metadata } = await get()
    expect([await Body?.transformToString(), ContentType, Metadata]).toEqual([
      'content',
      'image/jpeg',
      { owner: 'ann' },
    ])
    expect(bucket.events.at(-1)).toMatchObject({
      'detail-type': 'Object Created',
      detail: { object: { key: Key, size: 7 }, reason: 'CopyObject' },
    })
  })

  it('of nothing at all is nothing', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: '' }))
    await copy({ CopySource: `${Bucket}/empty` })
    expect((await get()).ContentLength).toBe(0)
  })

  it('is made of the content that is named, and of no other', async () => {
    await copy({ CopySourceIfMatch: etag })
    await client.send(new PutObjectCommand({ Bucket, Key: from, Body: 'another' }))
    await expect(copy({ CopySourceIfMatch: etag })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    })
    expect(await (await get()).Body?.transformToString()).toBe('content')
  })

  it('of a key that there is not is refused', async () => {
    await expect(copy({ CopySource: `${Bucket}/none` })).rejects.toMatchObject({ name: 'NoSuchKey' })
    await expect(copy({ CopySource: 'elsewhere/none' })).rejects.toMatchObject({ name: 'NoSuchBucket' })
  })

  it('takes the right to read the one, and to write the other', async () => {
    await copy({}, bucket.clientOf('Pipeline'))
    for (const [who, action] of [
      ['Queries', 's3:PutObject'],
      ['Commands', 's3:GetObject'],
    ] as const)
      await expect(copy({ Key: 'uploads/copy' }, bucket.clientOf(who))).rejects.toMatchObject({
        name: 'AccessDenied',
        message: expect.stringContaining(action),
      })
  })

  it('that asks for more than is modelled is refused by name', async () => {
    await expect(copy({ MetadataDirective: 'REPLACE' })).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('x-amz-metadata-directive'),
    })
  })

  it('by a client that names it in a header alone is one, too', async () => {
    const headers = { ...developerHeaders(), 'x-amz-copy-source': `/${Bucket}/${from}` }
    const copied = await fetch(`${bucket.url}/${Key}`, { method: 'PUT', headers })
    expect([copied.status, await copied.text()]).toEqual([200, expect.stringContaining('<CopyObjectResult>')])
    const elsewhere = { ...headers, 'x-amz-copy-source': 'a/b' }
    expect(
      await errorOf(await fetch(`${bucket.url}/${Key}`, { method: 'PUT', headers: elsewhere })),
    ).toContain('NoSuchBucket')
  })
})

describe('an object', () => {
  it('is got where it is the one that is named', async () => {
    expect((await get(from, etag)).ContentLength).toBe(7)
    await expect(get(from, '"0123"')).rejects.toMatchObject({ name: 'PreconditionFailed' })
  })
})
