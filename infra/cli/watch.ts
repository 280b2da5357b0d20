import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** How long to wait after the last save. All saves until then count as one change. */
const quietMs = 100

interface Watched {
  readonly watcher: FSWatcher
  /** Distinguishes a folder from one that was created later under the same name. */
  readonly identity: string
}

export interface WatchOptions {
  readonly folders: readonly string[]
  /**
   * Called with the paths of saved and removed sources and of removed folders, one call at a time. It must not throw.
   */
  readonly onChange: (files: readonly string[]) => Promise<void>
  /** Called with one line when a folder cannot be watched, is missing, or is back. */
  readonly onNotice: (line: string) => void
}

/**
 * Watches the sources in these folders, and returns a function that stops it. A folder that is removed and restored
 * is watched again. Each folder is watched by itself: when Node 20 watches recursively on Linux, it loses sight of a
 * file that an editor replaces.
 */
export function watchSources({ folders, onChange, onNotice }: WatchOptions): () => void {
  const watched = new Map<string, Watched>()
  const missing = new Set<string>()
  const saved = new Set<string>()
  let started = false
  let timer: NodeJS.Timeout | undefined
  let busy = Promise.resolve()

  const report = () => {
    busy = busy.then(async () => {
      if (saved.size === 0) return
      const files = [...saved]
      saved.clear()
      await onChange(files)
    })
  }
  const add = (path: string) => {
    saved.add(path)
    clearTimeout(timer)
    timer = setTimeout(report, quietMs)
  }
  const watchFolder = (folder: string, identity: string) => {
    try {
      const watcher = watch(folder, (kind, file) => {
        if (kind === 'rename') look()
        if (file?.endsWith('.ts')) add(join(folder, file))
      })
      watcher.on('error', look)
      watched.set(folder, { watcher, identity })
    } catch (error) {
      // The next check reports a folder that was removed at this moment.
      if (codeOf(error) !== 'ENOENT') onNotice(troubleWith(folder, error))
      return
    }
    // Files may have been created before the folder was watched.
    if (started) for (const file of sourcesIn(folder)) add(join(folder, file))
  }
  /** Watches the folders that exist now and no others. */
  function look(): void {
    const found = new Map(folders.flatMap(foldersIn))
    for (const [folder, { watcher, identity }] of watched) {
      if (found.get(folder) === identity) continue
      watcher.close()
      watched.delete(folder)
      // A folder that is moved away takes its files along, and no event names them.
      add(folder)
    }
    for (const [folder, identity] of found) if (!watched.has(folder)) watchFolder(folder, identity)
    for (const folder of folders) {
      if (found.has(folder) === !missing.has(folder)) continue
      if (missing.delete(folder)) onNotice(`${folder} is back and is watched again`)
      else {
        missing.add(folder)
        onNotice(`${folder} is missing. It is watched again as soon as you restore it`)
      }
    }
  }
  look()
  started = true
  // A removed folder does not notice its own return, but its parent folder does.
  const parents = [...new Set(folders.map((folder) => dirname(folder)))].map((parent) =>
    watch(parent, (kind, file) => {
      const isOurs = folders.some((folder) => dirname(folder) === parent && basename(folder) === file)
      if (kind === 'rename' && isOurs) look()
    }),
  )
  return () => {
    clearTimeout(timer)
    for (const { watcher } of watched.values()) watcher.close()
    for (const watcher of parents) watcher.close()
  }
}

/** Returns a folder and all folders in it, each with its identity. Folders that are removed meanwhile are left out. */
function foldersIn(folder: string): [folder: string, identity: string][] {
  const identity = identityOf(folder)
  if (identity === undefined) return []
  const below = entriesOf(folder).filter((entry) => entry.isDirectory())
  return [[folder, identity], ...below.flatMap(({ name }) => foldersIn(join(folder, name)))]
}

function sourcesIn(folder: string): string[] {
  return entriesOf(folder).flatMap(({ name }) => (name.endsWith('.ts') ? [name] : []))
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function identityOf(folder: string): string | undefined {
  const found = statSync(folder, { throwIfNoEntry: false })
  return found?.isDirectory() ? `${found.ino} ${found.birthtimeMs}` : undefined
}

function troubleWith(folder: string, error: unknown): string {
  const advice = codeOf(error) === 'ENOSPC' ? ': raise the limit fs.inotify.max_user_watches' : ''
  return `${folder} cannot be watched (${codeOf(error) ?? String(error)})${advice}. Restart npm start to use its changes`
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
