import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Inputs that every build reads besides its sources. */
const recipe = ['package.json', 'package-lock.json', 'tsconfig.json']
/** The code of the build itself. A process runs it as it was when the process started, whatever is saved later. */
const builders = ['infra/build/bundle.ts', 'infra/build/functions.ts']

/** The content of a build's record. */
interface BuildRecord {
  readonly from: string
  /** The state of each source, by its path from the root. */
  readonly sources: Readonly<Record<string, string>>
  /** The files and folders that the build wrote, by their path from the folder, two levels deep. */
  readonly results: readonly string[]
}

const recordName = 'made.json'
const recordIn = (folder: string) => join(folder, recordName)

export interface StartedBuild {
  /**
   * Records what the folder was built from: the paths of the sources from the root and, as `from`, whatever else it
   * depends on. A source that was saved or removed during the build counts as changed. Code of the build itself also
   * counts as changed if it was saved after this process loaded it.
   */
  remember(sources: readonly string[], from?: string): void
}

/** Removes the record of a folder, until the new build is complete. */
export function startBuild(folder: string, root: string): StartedBuild {
  forget(folder)
  const began = Date.now()
  const loaded = buildersIn(root)
  return {
    remember(sources, from = '') {
      const states: Record<string, string> = {}
      for (const source of [...recipe, ...sources]) states[source] = stateOf(join(root, source), began)
      for (const builder of builders) states[builder] = loaded.get(builder) ?? gone
      const record: BuildRecord = { from, sources: states, results: resultsIn(folder) }
      writeFileSync(recordIn(folder), JSON.stringify(record))
    },
  }
}

/** Removes the record of a folder, so that it counts as out of date. */
export function forget(folder: string): void {
  rmSync(recordIn(folder), { force: true })
}

/** Whether a folder was built from the sources as they are now and from the same `from`, and still has its results. */
export function isUpToDate(folder: string, root: string, from = ''): boolean {
  buildersIn(root)
  try {
    const { sources, results, ...record } = readRecord(folder)
    const isSame = ([source, state]: [string, string]) => stateOf(join(root, source)) === state
    return (
      record.from === from &&
      Object.entries(sources).every(isSame) &&
      results.every((result) => existsSync(join(folder, result)))
    )
  } catch {
    return false
  }
}

/** The sources that a folder's record names, by their paths from the root. Empty if there is no record. */
export function recordedSources(folder: string): readonly string[] {
  try {
    return Object.keys(readRecord(folder).sources)
  } catch {
    return []
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

function readRecord(folder: string): BuildRecord {
  // Written above.
  return JSON.parse(recordOf(folder)) as BuildRecord
}

const loadedBuilders = new Map<string, ReadonlyMap<string, string>>()

/** The states of the build's own code when this process first asked for them, which is when it loaded that code. */
function buildersIn(root: string): ReadonlyMap<string, string> {
  const loaded =
    loadedBuilders.get(root) ?? new Map(builders.map((path) => [path, stateOf(join(root, path))]))
  loadedBuilders.set(root, loaded)
  return loaded
}

function resultsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === recordName) return []
    if (!entry.isDirectory()) return [entry.name]
    return readdirSync(join(folder, entry.name)).map((name) => join(entry.name, name))
  })
}

const gone = 'gone'

function stateOf(path: string, before = Number.POSITIVE_INFINITY): string {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return before === Number.POSITIVE_INFINITY ? gone : 'removed during the build'
  return found.mtimeMs < before ? `${found.size} ${found.mtimeMs}` : 'saved during the build'
}
