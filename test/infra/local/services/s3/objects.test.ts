import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { openObjects } from '../../../../../infra/local/services/s3/objects.ts'
import { Bucket, openBucket } from '../../../../kit/local-cloud/local-bucket.ts'
import { dataDir, withDataDir } from '../../../../kit/local-cloud/local-service.ts'

const program = fileURLToPath(new URL('../../../../kit/local-cloud/put-objects.ts', import.meta.url))

withDataDir()
afterEach(() => void vi.useRealTimers())

it.each([
  1, 2, 5,
])('a kill, after %i objects, leaves the previous object or the new one, and nothing else', async (rounds) => {
  const folder = join(dataDir, 'objects')
  const child = spawn(process.execPath, ['--import', 'tsx', program, folder])
  let acknowledged = -1
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line)
    if (acknowledged === rounds) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')

  const objects = openObjects(folder)
  const found = objects.find('key')
  if (found === undefined) throw new Error('It is gone')
  const round = Number(found.headers['round'])
  expect([acknowledged, acknowledged + 1]).toContain(round)
  const content = Buffer.concat(await objects.read(found, { start: 0, end: found.size - 1 }).toArray())
  expect(content.equals(Buffer.alloc(1_000_000, String(round % 10)))).toBe(true)
  expect(createHash('md5').update(content).digest('hex')).toBe(found.md5)
  expect(readdirSync(folder).sort()).toEqual([found.file, 'objects.jsonl'].sort())
})

it('a later write or deletion has a greater sequencer, whatever the clock says', async () => {
  const objects = openObjects(join(dataDir, 'objects'))
  const sequencers: string[] = []
  for (const now of [2_000, 2_000, 1_000]) {
    vi.useFakeTimers({ toFake: ['Date'], now })
    const content = Readable.from([Buffer.from('content')])
    const { sequencer } = await objects.put({ key: 'key', content, headers: {}, check: () => {} })
    sequencers.push(sequencer)
  }
  sequencers.push(objects.delete('key')?.sequencer ?? '')
  expect([...new Set(sequencers)].sort()).toEqual(sequencers)
})

/** Names that a path, a URL or a file system might confuse with other names. */
const awkward = fc.constantFrom(
  '.',
  '..',
  '/',
  '//',
  './',
  '../',
  '../../objects.jsonl',
  'objects.jsonl',
  'a',
  'A',
  'é',
  'e\u0301',
  '%2F',
  '%',
  '+',
  ' ',
  '?',
  '#',
  '&',
  '\\',
  '\u0000',
  '\n',
  '"',
  '<',
  '__proto__',
  'constructor',
  'con',
  'a.',
  'ß',
  'SS',
  'x'.repeat(200),
)
const key = fc
  .array(fc.oneof(awkward, fc.string({ unit: 'binary', maxLength: 5 })), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''))
  .filter((text) => text !== '' && Buffer.byteLength(text) <= 1_024)

it('a content is read back under its key, whatever that is, and no other key has it', async () => {
  const client = (await openBucket()).clientOf()
  const get = (Key: string) =>
    client.send(new GetObjectCommand({ Bucket, Key })).then(
      async ({ Body, Metadata }) => `${await Body?.transformToString()} ${Metadata?.['of']}`,
      (error: Error) => error.name,
    )
  const property = fc.asyncProperty(fc.uniqueArray(key, { minLength: 2, maxLength: 5 }), async (keys) => {
    for (const [index, Key] of keys.entries()) {
      await client.send(
        new PutObjectCommand({ Bucket, Key, Body: `content ${index}`, Metadata: { of: `${index}` } }),
      )
    }
    for (const [index, Key] of keys.entries()) {
      expect(await get(Key)).toBe(`content ${index} ${index}`)
      await client.send(new DeleteObjectCommand({ Bucket, Key }))
      expect(await get(Key)).toBe('NoSuchKey')
    }
  })
  await fc.assert(property, { numRuns: 40 })
}, 60_000)

it('a key has at most 1,024 bytes', async () => {
  const client = (await openBucket()).clientOf()
  const put = (Key: string) => client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
  await put('é'.repeat(512))
  await expect(put(`${'é'.repeat(512)}x`)).rejects.toMatchObject({ name: 'KeyTooLongError' })
})
