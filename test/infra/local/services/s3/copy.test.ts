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
  it('has the same content and headers, and is announced', async () => {
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

  it('of an empty object is empty', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: '' }))
    await copy({ CopySource: `${Bucket}/empty` })
    expect((await get()).ContentLength).toBe(0)
  })

  it('is made of the named content, and of no other', async () => {
    await copy({ CopySourceIfMatch: etag })
    await client.send(new PutObjectCommand({ Bucket, Key: from, Body: 'another' }))
    await expect(copy({ CopySourceIfMatch: etag })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    })
    expect(await (await get()).Body?.transformToString()).toBe('content')
  })

  it('of a missing key is refused', async () => {
    await expect(copy({ CopySource: `${Bucket}/none` })).rejects.toMatchObject({ name: 'NoSuchKey' })
    await expect(copy({ CopySource: 'elsewhere/none' })).rejects.toMatchObject({ name: 'NoSuchBucket' })
  })

  it('needs the permission to read the source, and to write the target', async () => {
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

  it('with unmodelled headers is refused by their names', async () => {
    await expect(copy({ MetadataDirective: 'REPLACE' })).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('x-amz-metadata-directive'),
    })
  })

  it('is also made for a client that names the source only in a header', async () => {
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
  it('is returned if the named version matches', async () => {
    expect((await get(from, etag)).ContentLength).toBe(7)
    await expect(get(from, '"0123"')).rejects.toMatchObject({ name: 'PreconditionFailed' })
  })
})
