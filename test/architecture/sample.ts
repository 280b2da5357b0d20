import { posix } from 'node:path'
import type { Repository } from './repository.ts'

/** A repository in memory, to try the rules on. */
export function sample(files: Readonly<Record<string, string>>): Repository {
  const names = Object.keys(files)
  return {
    root: '',
    files: names,
    read: (file) => files[file] ?? '',
    has: (file) => names.includes(file),
    hasFolder: (folder) => names.some((file) => posix.dirname(file).startsWith(folder)),
  }
}
