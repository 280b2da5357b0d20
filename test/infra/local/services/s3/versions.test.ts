import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'
import { Bucket, openBucket } from '../../../../kit/local-cloud/local-bucket.ts'
import { withDataDir } from '../../../../kit/local-cloud/local-service.ts'

withDataDir()
const enabled = {
  VersioningConfiguration: { Status: 'Enabled' },
  NotificationConfiguration: { EventBridgeConfiguration: {} },
}

/** A bucket, and short names for the operations on it. */
async function setUp(properties: object = enabled) {
  const bucket = await openBucket({ ...properties })
  const client = bucket.clientOf()
  const list = async (input: Partial<ListObjectVersionsCommandInput> = {}) =>
    client.send(new ListObjectVersionsCommand({ Bucket, ...input }))
  return {
    ...bucket,
    client,
    list,
    put: (Key: string, Body: string) => client.send(new PutObjectCommand({ Bucket, Key, Body })),
    remove: (Key: string, VersionId?: string) =>
      client.send(new DeleteObjectCommand({ Bucket, Key, VersionId })),
    read: async (Key: string) =>
      (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString(),
  }
}
const gone = { name: 'NoSuchKey' }

it('a replaced or deleted object stays as a version until that is deleted', async () => {
  const { put, remove, read, list, events } = await setUp()
  await put('a', 'one')
  await put('a', 'two')
  expect(await remove('a')).toMatchObject({ DeleteMarker: true, VersionId: expect.any(String) })
  await expect(read('a')).rejects.toMatchObject(gone)
  expect(events.at(-1)?.detail).toMatchObject({ 'deletion-type': 'Delete Marker Created' })
  const { Versions = [], DeleteMarkers = [] } = await list()
  expect(Versions).toMatchObject([
    { Key: 'a', Size: 3, IsLatest: false },
    { Key: 'a', Size: 3, IsLatest: false },
  ])
  expect(DeleteMarkers).toMatchObject([{ Key: 'a', IsLatest: true }])

  await remove('a', DeleteMarkers[0]?.VersionId)
  expect(await read('a')).toBe('two')
  await remove('a', Versions[0]?.VersionId)
  expect(await read('a')).toBe('one')
  await remove('a', Versions[1]?.VersionId)
  expect(events.at(-1)?.detail).toMatchObject({ 'deletion-type': 'Permanently Deleted' })
  await expect(read('a')).rejects.toMatchObject(gone)
  expect((await list()).Versions).toBeUndefined()
})

it('a bucket without versioning has one version of each object, named "null"', async () => {
  const { put, remove, read, list } = await setUp({})
  await put('a', 'one')
  await put('a', 'two')
  expect((await list()).Versions).toMatchObject([{ Key: 'a', VersionId: 'null', IsLatest: true }])
  await remove('a', 'other')
  expect(await read('a')).toBe('two')
  await remove('a', 'null')
  await expect(read('a')).rejects.toMatchObject(gone)
})

it('an object from before versioning is one of the versions, and all survive a restart', async () => {
  const before = await setUp({})
  await before.put('a', 'one')
  const { put, list } = await setUp()
  await put('a', 'two')
  const { list: again, read } = await setUp()
  expect((await list()).Versions?.map(({ VersionId }) => VersionId)).toEqual([expect.any(String), 'null'])
  expect((await again()).Versions).toHaveLength(2)
  expect(await read('a')).toBe('two')
})

it('a list has the keys with its prefix, in order and in pages', async () => {
  const { put, list } = await setUp()
  for (const key of ['b/2', 'a', 'b/1', 'b/1', 'b<&', 'c']) await put(key, key)
  const keys: (string | undefined)[] = []
  let from: Partial<ListObjectVersionsCommandInput> = {}
  for (;;) {
    const page = await list({ Prefix: 'b', MaxKeys: 1, ...from })
    keys.push(...(page.Versions ?? []).map(({ Key }) => Key))
    if (!page.IsTruncated) break
    from = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
  }
  expect(keys).toEqual(['b/1', 'b/1', 'b/2', 'b<&'])
})

it('a function that may not list or delete versions is refused', async () => {
  const { clientOf } = await setUp()
  const denied = { name: 'AccessDenied' }
  const list = new ListObjectVersionsCommand({ Bucket, Prefix: 'incoming/' })
  await expect(clientOf('Pictures').send(list)).rejects.toMatchObject(denied)
  const remove = new DeleteObjectCommand({ Bucket, Key: 'a', VersionId: 'null' })
  await expect(clientOf('Pipeline').send(remove)).rejects.toMatchObject(denied)
})
