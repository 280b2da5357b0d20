import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'

/** A fault that one of the rules found, with what to do about it. */
export interface Finding {
  readonly file: string
  readonly line: number
  /** The rule that is broken. A pending entry names it. */
  readonly rule: string
  /** The thing that breaks the rule: an imported path, a function's name, a missing path. A pending entry names it. */
  readonly subject: string
  readonly advice: string
}

/** The files of the repository, as paths from its root with forward slashes. */
export interface Repository {
  readonly root: string
  readonly files: readonly string[]
  read(file: string): string
  has(file: string): boolean
  hasFolder(folder: string): boolean
}

/** Reads the folder tree itself, because a copy of the repository has no Git. Leaves out what .gitignore names. */
export function openRepository(root: string): Repository {
  const ignored = ignoredNames(root)
  const files = list(root, '', ignored).sort()
  const known = new Set(files)
  const folders = new Set(files.flatMap(parentsOf))
  const contents = new Map<string, string>()
  return {
    root,
    files,
    has: (file) => known.has(file),
    hasFolder: (folder) => folders.has(folder),
    read(file) {
      const read = contents.get(file) ?? readFileSync(join(root, file), 'utf8')
      contents.set(file, read)
      return read
    },
  }
}

function ignoredNames(root: string): (path: string) => boolean {
  const path = join(root, '.gitignore')
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
  const patterns = lines
    .map((line) => line.trim().replace(/\/$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => globPattern(line.includes('/') ? line.replace(/^\//, '') : `**/${line}`))
  return (file) => posix.basename(file) === '.git' || patterns.some((pattern) => pattern.test(file))
}

function list(root: string, folder: string, ignored: (path: string) => boolean): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = posix.join(folder, name)
    if (ignored(path)) return []
    return statSync(join(root, path)).isDirectory() ? list(root, path, ignored) : [path]
  })
}

function parentsOf(file: string): string[] {
  const segments = file.split('/').slice(0, -1)
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'))
}

/** A pattern for whole paths: `*` and `?` stay within a folder, `**` spans folders, `{a,b}` lists alternatives. */
export function globPattern(glob: string): RegExp {
  const source = glob.replace(/\*\*\/|\*\*|\*|\?|[{},]|[.+^$()|[\]\\]/g, (token) => {
    if (token === '**/') return '(?:.*/)?'
    if (token === '**') return '.*'
    if (token === '*') return '[^/]*'
    if (token === '?') return '[^/]'
    if (token === '{') return '(?:'
    if (token === '}') return ')'
    if (token === ',') return '|'
    return `\\${token}`
  })
  return new RegExp(`^${source}$`)
}

/**
 * Tells whether a path or a package matches one of the globs. A glob that starts with `!` excludes matches.
 */
export function matcher(globs: readonly string[]): (path: string) => boolean {
  const patterns = globs.map((glob) => ({
    wanted: !glob.startsWith('!'),
    pattern: globPattern(glob.replace(/^!/, '')),
  }))
  return (path) =>
    patterns.reduce((matches, { wanted, pattern }) => (pattern.test(path) ? wanted : matches), false)
}

/** Returns a function that gives the number of the line, from 1, that holds an offset. */
export function lineNumbers(text: string): (offset: number) => number {
  const ends = [...text.matchAll(/\n/g)].map(({ index }) => index)
  return (offset) => {
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ends[middle] ?? 0) < offset) low = middle + 1
      else high = middle
    }
    return low + 1
  }
}

/** One line per finding, sorted by file and line, so that a failing test reads as a list of things to do. */
export function describeFindings(findings: readonly Finding[]): string[] {
  return [...findings]
    .sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line)
    .map(({ file, line, rule, advice }) => `${file}:${line}  [${rule}] ${advice}`)
}
