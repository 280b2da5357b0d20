import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** A map in memory whose every change is a line of a file before the call returns. */
export interface Journal<T> {
  readonly size: number
  get(key: string): T | undefined
  set(key: string, value: T): void
  delete(key: string): void
  /** In the order in which the keys first came. */
  entries(): IterableIterator<[string, T]>
  values(): IterableIterator<T>
}

/**
 * Opens or creates the journal in `file`, readable by its owner only. A line is `[key, value]`, or `[key]`
 * for a deletion; the last line of a key counts. Changes survive `kill -9` of the process (a power cut may
 * take the last ones: nothing is synced to the disk). A line torn by a kill is dropped; damage before the
 * last line throws. The file is rewritten, atomically, when most of it is history.
 */
export function openJournal<T>(file: string): Journal<T> {
  mkdirSync(dirname(file), { recursive: true })
  const live = new Map<string, T>()
  let lines = 0

  function compact() {
    const text = [...live].map((entry) => `${JSON.stringify(entry)}\n`).join('')
    writeFileSync(`${file}.new`, text, { mode: 0o600 })
    renameSync(`${file}.new`, file)
    lines = live.size
  }

  function append(line: readonly unknown[]) {
    appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 })
    lines += 1
    if (lines > 2 * live.size + 1_000) compact()
  }

  if (existsSync(file)) {
    const written = readFileSync(file, 'utf8').split('\n')
    // What follows the last line break was torn while it was written, and never acknowledged.
    for (const line of written.slice(0, -1)) {
      // Only this module writes the file, so a line is what `append` and `compact` made of a T.
      const [key, value] = JSON.parse(line) as [string, T?]
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
      live.set(key, value)
      append([key, value])
    },
    delete(key) {
      if (live.delete(key)) append([key])
    },
    entries: () => live.entries(),
    values: () => live.values(),
  }
}
