import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import type { HeldGrant } from './roles.ts'

/** The environment variable that names a folder for records of the grants that functions use. Tests set it. */
export const useRecordVariable = 'ANNALS_USED_GRANTS'

/**
 * Returns a function that appends each used grant once to a file of this process in the folder; `undefined` if there is
 * no folder.
 */
export function recordUses(folder: string | undefined): ((grant: HeldGrant) => void) | undefined {
  if (!folder) return undefined
  const file = join(folder, `${process.pid}-${threadId}.jsonl`)
  const seen = new Set<string>()
  return ({ holder, action, resource, statement }) => {
    const line = JSON.stringify({ holder, action, resource, statement })
    if (seen.has(line)) return
    seen.add(line)
    appendFileSync(file, `${line}\n`)
  }
}

/** Every grant that the processes of a run recorded in this folder. */
export function readUses(folder: string): readonly HeldGrant[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap(
    (file) =>
      readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter((line) => line.endsWith('}')) // A killed process may have written half a line.
        .map((line) => JSON.parse(line) as HeldGrant), // as written above
  )
}
