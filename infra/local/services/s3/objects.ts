import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import { openJournal } from '../../storage/journal.ts'
import { writeFailure } from '../../storage/write-failure.ts'

/** The properties of content that was written to the disk completely. */
export interface Written {
  readonly size: number
  /** The ETag without its quotes, in hexadecimal digits. For a multipart object it ends with the number of parts. */
  readonly md5: string
  /** In base64, as in the header. */
  readonly crc32: string
}

export interface StoredObject extends Written {
  /** Name of the file that holds the content. */
  readonly file: string
  readonly modifiedAt: number
  /** Orders the objects of one key: a later object has a greater sequencer. */
  readonly sequencer: string
  /** The headers that it is served with, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Undefined if the bucket kept no versions when the object was stored. */
  readonly versionId?: string
}

/** The newest version of a deleted object, in a bucket that keeps versions. */
export interface DeleteMarker {
  readonly isDeleteMarker: true
  readonly versionId: string
  readonly modifiedAt: number
  readonly sequencer: string
}

export type Version = StoredObject | DeleteMarker

/** The value stored under a key: an object, or its versions with the newest first. */
type Stored = StoredObject | { readonly versions: readonly Version[] }

/** The id of a version that was stored while its bucket kept none. */
export const nullVersion = 'null'

export interface Range {
  readonly start: number
  /** Offset of the last byte, inclusive. */
  readonly end: number
}

/** The objects of a bucket. */
export interface Objects {
  find(key: string): StoredObject | undefined
  /** Returns every object with its key, in no order. */
  entries(): readonly (readonly [key: string, object: StoredObject])[]
  /**
   * Writes an object. Once this resolves, the object survives `kill -9`. Until then, and if the content or `check`
   * throws, the former object stays.
   */
  put(o: {
    readonly key: string
    readonly content: AsyncIterable<Buffer>
    readonly headers: Readonly<Record<string, string>>
    readonly check: (written: Written) => void
    /** The ETag of a multipart object, instead of the digest of its content. */
    readonly etag?: string
  }): Promise<StoredObject>
  /**
   * Deletes an object, durably. In a bucket that keeps versions, this adds a delete marker. If a version is named, it
   * removes that version instead. Returns the removed version or the new marker; `undefined` if there was no object.
   */
  delete(key: string, versionId?: string): Version | undefined
  /** Returns all versions of the keys with a prefix, in the order of the keys, with the newest first. */
  versions(prefix: string): readonly (readonly [key: string, versions: readonly Version[]])[]
  /** Reads a non-empty range of the content. */
  read(object: StoredObject, range: Range): Readable
}

const journalFile = 'objects.jsonl'

/**
 * Opens the objects in `folder`. A journal holds their properties by key. Each content is in a file whose name does
 * not depend on the key, so no file system confuses two keys. This deletes contents that a killed process left half
 * written or not yet deleted.
 */
export function openObjects(
  folder: string,
  { keepsVersions }: { readonly keepsVersions: boolean } = { keepsVersions: false },
): Objects {
  mkdirSync(folder, { recursive: true })
  const journal = openJournal<Stored>(join(folder, journalFile))
  const pathOf = (file: string) => join(folder, file)
  const contents = [...journal.values()].flatMap(versionsIn).flatMap((version) => fileOf(version) ?? [])
  const known = new Set([journalFile, ...contents])
  for (const file of readdirSync(folder)) if (!known.has(file)) rmSync(pathOf(file))

  let latest = 0
  function nextSequencer(): string {
    latest = Math.max(latest + 1, Date.now() * 1_000)
    return latest.toString(16).toUpperCase().padStart(18, '0')
  }

  function current(key: string): StoredObject | undefined {
    const [newest] = versionsIn(journal.get(key))
    return newest === undefined || isMarker(newest) ? undefined : newest
  }

  /** Keeps exactly these versions of a key, durably. */
  function keep(key: string, versions: readonly Version[]): void {
    const former = versionsIn(journal.get(key))
    const [only] = versions
    if (only === undefined) journal.delete(key)
    // A bucket without versions stores the object alone.
    else journal.set(key, versions.length === 1 && !isMarker(only) ? only : { versions })
    for (const version of former) {
      const file = versions.includes(version) ? undefined : fileOf(version)
      if (file !== undefined) rmSync(pathOf(file), { force: true })
    }
  }

  /** Adds the newest version of a key. It replaces the one that was stored while the bucket kept no versions. */
  function add(key: string, version: Version): Version {
    const former = versionsIn(journal.get(key))
    const stays = ({ versionId }: Version) => keepsVersions || versionId !== undefined
    keep(key, [version, ...former.filter(stays)])
    return version
  }

  return {
    find: current,
    entries: () =>
      [...journal.entries()].flatMap(([key]) => {
        const object = current(key)
        return object === undefined ? [] : [[key, object] as const]
      }),
    async put({ key, content, headers, check, etag }) {
      const file = randomUUID()
      try {
        const written = await write(content, pathOf(file))
        check(written)
        const md5 = etag ?? written.md5
        const facts = { ...written, md5, file, headers, modifiedAt: Date.now(), sequencer: nextSequencer() }
        const stored = keepsVersions ? { ...facts, versionId: randomUUID() } : facts
        add(key, stored)
        return stored
      } catch (error) {
        if (!versionsIn(journal.get(key)).some((version) => fileOf(version) === file))
          rmSync(pathOf(file), { force: true })
        const isOfSystem = error instanceof Error && 'syscall' in error && error.syscall === 'write'
        throw isOfSystem ? writeFailure(pathOf(file), error) : error
      }
    },
    delete(key, versionId) {
      const former = versionsIn(journal.get(key))
      if (versionId === undefined && keepsVersions) {
        const marker = { modifiedAt: Date.now(), sequencer: nextSequencer(), versionId: randomUUID() }
        return add(key, { ...marker, isDeleteMarker: true })
      }
      const gone = former.find((version) => (version.versionId ?? nullVersion) === (versionId ?? nullVersion))
      if (gone === undefined) return undefined
      keep(
        key,
        former.filter((version) => version !== gone),
      )
      return { ...gone, sequencer: nextSequencer() }
    },
    versions: (prefix) =>
      [...journal.entries()]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, stored]) => [key, versionsIn(stored)] as const)
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    read: ({ file }, range) => createReadStream('', { fd: openSync(pathOf(file), 'r'), ...range }),
  }
}

function versionsIn(stored: Stored | undefined): readonly Version[] {
  if (stored === undefined) return []
  return 'versions' in stored ? stored.versions : [stored]
}

export function isMarker(version: Version): version is DeleteMarker {
  return 'isDeleteMarker' in version
}

function fileOf(version: Version): string | undefined {
  return isMarker(version) ? undefined : version.file
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
