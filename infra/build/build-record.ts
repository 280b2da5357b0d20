import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Inputs that every build shares besides its sources: how it is built, and from which packages. */
const recipe = ['package.json', 'package-lock.json', 'tsconfig.json', 'infra/build/bundle.ts']

/** The content of a build's record. */
interface BuildRecord {
  readonly from: string
  /** The state of each source, by its path from the root. */
  readonly sources: Readonly<Record<string, string>>
}

const recordIn = (folder: string) => join(folder, 'made.json')

export interface StartedBuild {
  /**
   * Records what the folder was built from: the paths of the sources from the root and, as `from`, whatever else it
   * depends on. A source that was saved during the build counts as changed.
   */
  remember(sources: readonly string[], from?: string): void
}

/** Removes the record of a folder, until the new build is complete. */
export function startBuild(folder: string, root: string): StartedBuild {
  forget(folder)
  const began = Date.now()
  return {
    remember(sources, from = '') {
      const found = [...recipe, ...sources].map((source) => [source, stateOf(join(root, source), began)])
      const record: BuildRecord = { from, sources: Object.fromEntries(found) }
      writeFileSync(recordIn(folder), JSON.stringify(record))
    },
  }
}

/** Removes the record of a folder, so that it counts as out of date. */
export function forget(folder: string): void {
  rmSync(recordIn(folder), { force: true })
}

/** Whether a folder was built from the sources as they are now, and from the same `from`. */
export function isUpToDate(folder: string, root: string, from = ''): boolean {
  try {
    // Written above.
    const record = JSON.parse(readFileSync(recordIn(folder), 'utf8')) as BuildRecord
    const isSame = ([source, state]: [string, string]) => stateOf(join(root, source)) === state
    return record.from === from && Object.entries(record.sources).every(isSame)
  } catch {
    return false
  }
}

/** The record of a folder as text, for a build that uses the folder in turn. Empty if there is none. */
export function recordOf(folder: string): string {
  try {
    return readFileSync(recordIn(folder), 'utf8')
  } catch {
    return ''
  }
}

function stateOf(path: string, before = Number.POSITIVE_INFINITY): string {
  const { size, mtimeMs } = statSync(path)
  return mtimeMs < before ? `${size} ${mtimeMs}` : 'saved during the build'
}
