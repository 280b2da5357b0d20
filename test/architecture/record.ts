import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from './repository.ts'

/** Number of rejected phrases in each file that is not yet rewritten. Files that are not listed have none. */
export type Hits = Readonly<Record<string, number>>

export const recordFile = 'test/architecture/not-yet-rewritten.json'

/** Files whose subject is the phrases themselves. */
export const aboutPhrases = ['test/architecture/phrases.ts', 'test/architecture/phrases.test.ts']

export function readRecord(root: string): Hits {
  // Only `npm run rewritten` writes the file.
  return JSON.parse(readFileSync(join(root, recordFile), 'utf8')) as Hits
}

export function countHits(findings: readonly Finding[]): Hits {
  const counts: Record<string, number> = {}
  for (const { file } of findings) counts[file] = (counts[file] ?? 0) + 1
  return counts
}

/** Compares the current hits with the record, and says what to do about each difference. */
export function compareHits(recorded: Hits, findings: readonly Finding[]): string[] {
  const now = countHits(findings)
  const files = [...new Set([...Object.keys(recorded), ...Object.keys(now)])].sort()
  return files.flatMap((file) => {
    const before = recorded[file] ?? 0
    const after = now[file] ?? 0
    if (after < before)
      return [`${file} has ${after} phrases to rewrite, and ${before} are recorded: run npm run rewritten`]
    if (after === before) return []
    const lines = findings
      .filter((finding) => finding.file === file)
      .map(({ line, advice }) => `  ${file}:${line}  ${advice}`)
    return [`${file} has ${after} phrases to rewrite, and ${before} are allowed:`, ...lines]
  })
}

/**
 * The record after a rewrite: no file may have more hits than before. With `moved`, files that are new may have
 * the hits of files that are gone, as long as the sum does not grow. Throws if it would.
 */
export function lowerRecord(recorded: Hits, now: Hits, { moved = false } = {}): Hits {
  const sum = (hits: Hits) => Object.values(hits).reduce((total, count) => total + count, 0)
  const risen = Object.entries(now).filter(([file, count]) => count > (recorded[file] ?? 0))
  if (!moved && risen.length > 0)
    throw new Error(`These files have more phrases than recorded: ${risen.map(([file]) => file).join(', ')}`)
  if (sum(now) > sum(recorded))
    throw new Error(`There are ${sum(now)} phrases to rewrite, and only ${sum(recorded)} are recorded.`)
  return Object.fromEntries(Object.entries(now).sort(([a], [b]) => (a < b ? -1 : 1)))
}
