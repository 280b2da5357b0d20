import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** An entry for the end of a list in a file. */
export interface Entry {
  /** The line with which the list begins, up to its opening bracket. It occurs once in the file. */
  readonly list: string
  readonly entry: string
}

/** What is to be written: files that are new, by their paths, and additions to those that are there. */
export interface Change {
  readonly files: Readonly<Record<string, string>>
  readonly additions: readonly {
    readonly file: string
    readonly imports: readonly string[]
    readonly entries: readonly Entry[]
  }[]
}

/**
 * Writes all of a change below the folder `root`, formatted as the linter wants it, or nothing. Throws, before
 * anything is written, where a new file is there already or a list is not found.
 */
export async function apply(change: Change, root: string): Promise<void> {
  const there = Object.keys(change.files).find((file) => existsSync(join(root, file)))
  if (there !== undefined) throw new Error(`${there} is there already: remove it, or take another name.`)

  const changed = change.additions.map(({ file, imports, entries }) => {
    if (!existsSync(join(root, file))) throw new Error(`${file} is missing: restore it, it holds a list.`)
    const before = readFileSync(join(root, file), 'utf8')
    const after = entries.reduce((source, entry) => withEntry(source, entry, file), before)
    // The formatter puts them in their places.
    return { file, before, after: [...imports, after].join('\n') }
  })
  const created = Object.entries(change.files).map(([file, after]) => ({ file, before: undefined, after }))
  const all = await Promise.all(
    [...created, ...changed].map(async (one) => ({ ...one, after: await format(one, root) })),
  )

  const undo: (() => void)[] = []
  try {
    for (const { file, before, after } of all) {
      const path = join(root, file)
      const folder = mkdirSync(dirname(path), { recursive: true })
      if (folder !== undefined) undo.unshift(() => rmSync(folder, { recursive: true }))
      undo.unshift(() => (before === undefined ? rmSync(path, { force: true }) : writeFileSync(path, before)))
      writeFileSync(path, after)
    }
  } catch (error) {
    for (const step of undo) step()
    throw error
  }
}

function withEntry(source: string, { list, entry }: Entry, file: string): string {
  const [before, after, ...more] = source.split(list)
  const end = after === undefined ? undefined : closingOf(after)
  if (before === undefined || after === undefined || end === undefined || more.length > 0) {
    throw new Error(`${file} has no list that begins with "${list}": restore it, or add to it by hand.`)
  }
  const entries = after.slice(0, end).trimEnd()
  const comma = entries === '' || entries.endsWith(',') ? '' : ','
  return `${before}${list}${entries}${comma}${entry},${after.slice(end)}`
}

/** Where the bracket closes that was opened just before `text`. */
function closingOf(text: string): number | undefined {
  let open = 1
  for (const { 0: bracket, index } of text.matchAll(/[()[\]{}]/g)) {
    open += '([{'.includes(bracket) ? 1 : -1
    if (open === 0) return index
  }
  return undefined
}

const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome')

/** Formats a source as the linter wants it. Throws an Error that names the file if it cannot be parsed. */
export function format({ file, after }: { file: string; after: string }, root: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = [biome, 'check', '--write', `--stdin-file-path=${file}`]
    const child = execFile(process.execPath, options, { cwd: root }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${file} cannot be formatted: ${stderr.trim() || error.message}`))
      else resolve(stdout)
    })
    child.stdin?.end(after)
  })
}
