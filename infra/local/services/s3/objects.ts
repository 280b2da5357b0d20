import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import { openJournal } from '../../storage/journal.ts'
import { writeFailure } from '../../storage/write-failure.ts'

/** The facts about a content once all of it is on the disk. */
export interface Written {
  readonly size: number
  /** In hexadecimal digits: the ETag without its quotes. That of an object in parts ends with their number. */
  readonly md5: string
  /** In base64, as the header has it. */
  readonly crc32: string
}

export interface StoredObject extends Written {
  /** Name of the file that holds the content. */
  readonly file: string
  readonly modifiedAt: number
  /** Of two of the same key, the greater one came later. */
  readonly sequencer: string
  /** Those that it is served with, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

export interface Range {
  readonly start: number
  /** The last byte that belongs to it. */
  readonly end: number
}

/** The objects of a bucket. */
export interface Objects {
  find(key: string): StoredObject | undefined
  entries(): IterableIterator<[string, StoredObject]>
  /**
   * Writes an object. Once this resolves it survives `kill -9`; until then, and if the content or `check` throws,
   * the former object stays.
   */
  put(o: {
    readonly key: string
    readonly content: AsyncIterable<Buffer>
    readonly headers: Readonly<Record<string, string>>
    readonly check: (written: Written) => void
    /** The ETag of an object that was uploaded in parts, in place of the digest of its content. */
    readonly etag?: string
  }): Promise<StoredObject>
  /** Deletes an object, durably. Returns its sequencer; `undefined` if there was none. */
  delete(key: string): string | undefined
  /** The content, or a part of it. It must not be empty. */
  read(object: StoredObject, range: Range): Readable
}

const journalFile = 'objects.jsonl'

/**
 * The objects in `folder`: a journal of their facts by key, and each content in a file whose name does not
 * depend on the key, so that no file system takes two keys for one. A content that was being written when the
 * process was killed, or was about to be deleted, is deleted here.
 */
export function openObjects(folder: string): Objects {
  mkdirSync(folder, { recursive: true })
  const journal = openJournal<StoredObject>(join(folder, journalFile))
  const pathOf = (file: string) => join(folder, file)
  const known = new Set([journalFile, ...[...journal.values()].map(({ file }) => file)])
  for (const file of readdirSync(folder)) if (!known.has(file)) rmSync(pathOf(file))

  let latest = 0
  function nextSequencer(): string {
    latest = Math.max(latest + 1, Date.now() * 1_000)
    return latest.toString(16).toUpperCase().padStart(18, '0')
  }

  return {
    find: (key) => journal.get(key),
    entries: () => journal.entries(),
    async put({ key, content, headers, check, etag }) {
      const file = randomUUID()
      try {
        const written = await write(content, pathOf(file))
        check(written)
        const stored = {
          ...written,
          ...(etag !== undefined && { md5: etag }),
          file,
          headers,
          modifiedAt: Date.now(),
          sequencer: nextSequencer(),
        }
        const former = journal.get(key)
        journal.set(key, stored)
        if (former !== undefined) rmSync(pathOf(former.file), { force: true })
        return stored
      } catch (error) {
        if (journal.get(key)?.file !== file) rmSync(pathOf(file), { force: true })
        const isOfSystem = error instanceof Error && 'syscall' in error && error.syscall === 'write'
        throw isOfSystem ? writeFailure(pathOf(file), error) : error
      }
    },
    delete(key) {
      const former = journal.get(key)
      if (former === undefined) return undefined
      journal.delete(key)
      rmSync(pathOf(former.file), { force: true })
      return nextSequencer()
    },
    read: ({ file }, range) => createReadStream('', { fd: openSync(pathOf(file), 'r'), ...range }),
  }
}

async function write(content: AsyncIterable<Buffer>, path: string): Promise<Written> {
  const md5 = createHash('md5')
  let size = 0
  let crc = 0
  await pipeline(
    content,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        size += chunk.length
        crc = crc32(chunk, crc)
        md5.update(chunk)
        yield chunk
      }
    },
    createWriteStream(path, { flags: 'wx', mode: 0o600 }),
  )
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc)
  return { size, md5: md5.digest('hex'), crc32: checksum.toString('base64') }
}
