import {
  GetBucketLocationCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { beforeEach, describe, expect, it } from 'vitest'
import { Bucket, type OpenBucket, openBucket } from '../../../../kit/local-cloud/local-bucket.ts'
import { withDataDir } from '../../../../kit/local-cloud/local-service.ts'

let bucket: OpenBucket
const keys = ['a/1', 'a/2', 'b & <c>', 'c/d/1', 'z']

withDataDir()
beforeEach(async () => {
  bucket = await openBucket()
  for (const Key of keys.toReversed())
    await bucket.clientOf().send(new PutObjectCommand({ Bucket, Key, Body: Key }))
})

const list = async (input: Partial<ListObjectsV2CommandInput> = {}, by = bucket.clientOf()) => {
  const answer = await by.send(new ListObjectsV2Command({ Bucket, ...input }))
  const names = answer.Contents?.map(({ Key }) => Key) ?? []
  return { ...answer, names, prefixes: answer.CommonPrefixes?.map(({ Prefix }) => Prefix) ?? [] }
}

describe('the objects of a bucket', () => {
  it('are listed in the order of their keys, with their attributes', async () => {
    const { names, Contents, IsTruncated, KeyCount } = await list()
    expect([names, IsTruncated, KeyCount]).toEqual([keys, false, 5])
    expect(Contents?.[0]).toMatchObject({ Size: 3, ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/) })
    expect((await list({ EncodingType: 'url' })).names).toEqual(keys.map(encodeURIComponent))
  })

  it('are listed by a prefix and a delimiter', async () => {
    expect(await list({ Prefix: 'a/' })).toMatchObject({ names: ['a/1', 'a/2'], prefixes: [] })
    expect(await list({ Delimiter: '/' })).toMatchObject({ names: ['b & <c>', 'z'], prefixes: ['a/', 'c/'] })
    expect(await list({ Delimiter: '/', Prefix: 'c/' })).toMatchObject({ names: [], prefixes: ['c/d/'] })
    expect((await list({ StartAfter: 'a/2' })).names).toEqual(keys.slice(2))
  })

  it('are listed page by page', async () => {
    const seen: (string | undefined)[] = []
    let ContinuationToken: string | undefined
    do {
      const page = await list({ MaxKeys: 2, ContinuationToken })
      seen.push(...page.names)
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken !== undefined)
    expect(seen).toEqual(keys)
  })

  it('are listed only to a role with that permission', async () => {
    await expect(list({}, bucket.clientOf('Queries'))).rejects.toMatchObject({ name: 'AccessDenied' })
    expect((await list({}, bucket.clientOf('Pipeline'))).names).toEqual(keys)
  })
})

describe('a bucket', () => {
  it('is listed, exists, and has a location', async () => {
    const client = bucket.clientOf()
    const { Buckets } = await client.send(new ListBucketsCommand({}))
    expect(Buckets).toEqual([{ Name: Bucket, CreationDate: expect.any(Date) }])
    await client.send(new HeadBucketCommand({ Bucket }))
    expect((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe('eu-west-1')
    await expect(client.send(new HeadBucketCommand({ Bucket: 'another' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    })
    expect((await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'z' }))).TagSet).toEqual([])
  })

  it('is not listed to a stranger', async () => {
    expect((await fetch(new URL('/', bucket.url))).status).toBe(404)
  })
})
