import { posix } from 'node:path'
import type { Sources } from './imports.ts'
import { type Finding, globPattern, lineNumbers, type Repository } from './repository.ts'

/** Folders at the root that a path may start with. Any other first word may be a URL, a package or a key. */
const roots = ['domain', 'commands', 'projections', 'workflows', 'infra', 'test', 'docs', 'web', '.ci']
/** A name with one of these endings is a file of the repository, even without a folder before it. */
const ownEndings = /\.(ts|mjs|md|sql|sqlite)$/

/** Finds paths in Markdown and in backticks in comments that name no file or folder. */
export function pathFindings(
  sources: Sources,
  repository: Repository,
  /** Files that documents name as an example, such as those that a generator writes. */
  examples: readonly string[],
): Finding[] {
  const exists = finder(repository, examples)
  const documents = repository.files.filter((file) => file.endsWith('.md'))
  return [
    ...documents.flatMap((file) => markdownFindings(file, repository, exists)),
    ...[...sources.values()].flatMap(({ file, prose }) =>
      prose
        .filter(({ kind }) => kind === 'comment')
        .flatMap(({ text, line }) =>
          spans(text).flatMap(({ path, offset }) => {
            const found = exists(path, posix.dirname(file)) ? [] : [path]
            return found.map((path) => missing(file, line + lineNumbers(text)(offset) - 1, path))
          }),
        ),
    ),
  ]
}

function markdownFindings(file: string, repository: Repository, exists: Exists): Finding[] {
  const text = repository.read(file)
  const folder = posix.dirname(file)
  const line = lineNumbers(text)
  const prose = withoutFences(text)
  // In blocks of code, only whole paths from the root are sure to be paths.
  const inFences = [...text.matchAll(/(?<=^|[\s"'`(])[\w.-]+(?:\/[\w.-]+)+\.(?:ts|mjs|md)\b/gm)]
    .map(({ 0: path, index }) => ({ path, offset: index }))
    .filter(({ offset }) => prose[offset] === ' ')
  const paths = [...spans(prose), ...inFences].filter(({ path }) => !exists(path, folder))
  const fromLinks = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(({ 1: link = '', index }) =>
    linkExists(link, file, repository) ? [] : [missing(file, line(index), link)],
  )
  return [...paths.map(({ path, offset }) => missing(file, line(offset), path)), ...fromLinks]
}

function missing(file: string, line: number, path: string): Finding {
  return { file, line, rule: 'path', subject: path, advice: `names ${path}, which does not exist` }
}

/** The text with its blocks of code blanked, so that offsets stay. */
export function withoutFences(text: string): string {
  return text.replace(/^([ \t]*)(```|~~~)[\s\S]*?^\1\2/gm, (block) => block.replace(/[^\n]/g, ' '))
}

/** The words in backticks, each with its offset. */
function spans(text: string): { path: string; offset: number }[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].flatMap(({ 1: code = '', index }) =>
    code
      .split(/[\s;()"']+|,(?![^{]*\})/)
      .map((path) => ({ path: path.replace(/^\.\//, './').replace(/[.:]$/, ''), offset: index })),
  )
}

type Exists = (path: string, folder: string) => boolean

/** Returns a function that checks a word. A word is valid if it names a file or a folder, or is not a path. */
function finder(repository: Repository, examples: readonly string[]): Exists {
  const all = [...repository.files, ...examples]
  const folders = [...new Set(all.map((file) => posix.dirname(file)))]
  const known = new Map<string, boolean>()
  const matches = (path: string) => {
    const pattern = globPattern(`{**/,}${path.replace(/^\.\//, '').replace(/\/$/, '').replaceAll('…', '**')}`)
    return [...all, ...folders, ...folders.map(posix.dirname)].some((file) => pattern.test(file))
  }
  return (path, folder) => {
    if (!namesPath(path)) return true
    const relative = /^\.\.?\//.test(path) ? posix.join(folder, path) : path
    const found = known.get(relative) ?? matches(relative)
    known.set(relative, found)
    return found
  }
}

function namesPath(word: string): boolean {
  if (/[<>$=|\\^#@+!%&]|:\/\/|^[/~-]|^\.(?!\.?\/|ci\/)/.test(word)) return false
  const path = word.replace(/:\d+$/, '')
  const [first = ''] = path.replace(/^(\.\.?\/)+/, '').split('/')
  if (/^\.\.?\//.test(path)) return true
  if (roots.includes(first) && path.includes('/')) return true
  return ownEndings.test(path) && /^[\w*{},./-]+$/.test(path) && !path.startsWith('node_modules/')
}

/** Checks a link's file and its heading. */
function linkExists(link: string, from: string, repository: Repository): boolean {
  if (/^[a-z]+:/.test(link)) return true
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? from : posix.join(posix.dirname(from), path).replace(/\/$/, '')
  if (!repository.has(target)) return anchor === undefined && repository.hasFolder(target)
  if (anchor === undefined || !target.endsWith('.md')) return true
  const headings = withoutFences(repository.read(target)).matchAll(/^#+ +(.*)$/gm)
  return [...headings].some(({ 1: heading = '' }) => slugOf(heading) === anchor)
}

/** The anchor that GitHub gives a heading. */
function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
}
