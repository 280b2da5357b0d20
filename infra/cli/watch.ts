import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'

/** So long nothing more has to be saved before it counts as one change. */
const quietMs = 100

/**
 * Calls `onChange` after sources were saved in the folders, with their paths, once at a time; it must not throw.
 * Returns how to stop. Each folder is watched by itself: Node 20 loses sight of a file that an editor replaces,
 * where it watches recursively on Linux.
 */
export function watchSources(
  folders: readonly string[],
  onChange: (files: readonly string[]) => Promise<void>,
): () => void {
  const watchers = new Map<string, FSWatcher>()
  const saved = new Set<string>()
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
  const look = () => {
    for (const folder of folders.flatMap(foldersIn)) {
      if (watchers.has(folder)) continue
      const watcher = watch(folder, (kind, file) => {
        if (kind === 'rename') look()
        if (file === null || !file.endsWith('.ts')) return
        saved.add(join(folder, file))
        clearTimeout(timer)
        timer = setTimeout(report, quietMs)
      })
      // A folder that is removed.
      watcher.on('error', () => watchers.delete(folder))
      watchers.set(folder, watcher)
    }
  }
  look()
  return () => {
    clearTimeout(timer)
    for (const watcher of watchers.values()) watcher.close()
  }
}

function foldersIn(folder: string): string[] {
  const below = readdirSync(folder, { withFileTypes: true, recursive: true })
  return [
    folder,
    ...below.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name)),
  ]
}
