import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { writeFailure, writing } from './write-failure.ts'

/** A map in memory. Every change is written to a file as a line before the call returns. */
export interface Journal<T> {
  readonly size: number
  get(key: string): T | undefined
  set(key: string, value: T): void
  delete(key: string): void
  /** Yields the entries in the order in which their keys were first set. */
  entries(): IterableIterator<[string, T]>
  values(): IterableIterator<T>
}

/**
 * Opens or creates the journal in `file`, readable by its owner only. A line is `[key, value]`, or `[key]` for a
 * deletion; the last line of a key counts. Changes survive `kill -9` of the process (a power cut may take the last
 * ones: nothing is synced to the disk). A line torn by a kill is dropped; damage before the last line throws. The
 * file is rewritten atomically when most of its lines are outdated.
 */
export function openJournal<T>(file: string): Journal<T> {
  writing(file, () => mkdirSync(dirname(file), { recursive: true, mode: 0o700 }))
  const live = new Map<string, T>()
  let lines = 0
  /** The size of the file up to its last whole line. */
  let bytes = 0

  function compact() {
    const text = [...live].map((entry) => `${JSON.stringify(entry)}\n`).join('')
    writing(file, () => {
      writeFileSync(`${file}.new`, text, { mode: 0o600 })
      renameSync(`${file}.new`, file)
    })
    lines = live.size
    bytes = Buffer.byteLength(text)
  }

  /** Writes the line first, so that a change that cannot be written is not made in memory either. */
  function change(line: readonly unknown[], apply: () => void) {
    append(`${JSON.stringify(line)}\n`)
    apply()
    lines += 1
    if (lines > 2 * live.size + 1_000) compact()
  }

  /** Appends a whole line or nothing. On a full disk, only the first part of it may have been written. */
  function append(line: string) {
    try {
      appendFileSync(file, line, { mode: 0o600 })
      bytes += Buffer.byteLength(line)
    } catch (error) {
      if (existsSync(file)) truncateSync(file, bytes)
      throw writeFailure(file, error)
    }
  }

  if (existsSync(file)) {
    const written = readFileSync(file, 'utf8').split('\n')
    // Text after the last line break is an incomplete write that was never acknowledged.
    for (const [index, line] of written.slice(0, -1).entries()) {
      const [key, value] = parse<T>(line, `${file}:${index + 1}`)
      if (value === undefined) live.delete(key)
      else live.set(key, value)
    }
    compact()
  }

  return {
    get size() {
      return live.size
    },
    get: (key) => live.get(key),
    set(key, value) {
      change([key, value], () => live.set(key, value))
    },
    delete(key) {
      if (live.has(key)) change([key], () => live.delete(key))
    },
    entries: () => live.entries(),
    values: () => live.values(),
  }
}

function parse<T>(line: string, place: string): [string, T?] {
  try {
    // Only this module writes the file, so a line contains a T.
    return JSON.parse(line)
  } catch {
    throw new Error(
      `${place} is damaged: repair or delete the line, or delete the file with everything in it`,
    )
  }
}
