import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Edit, edited } from './edit/source.ts'

/** A planned change of a repository: new files by their paths, and edits of existing files, in order. */
export interface Change {
  readonly files: Readonly<Record<string, string>>
  readonly edits: readonly FileEdit[]
}

export interface FileEdit {
  readonly file: string
  readonly edit: Edit
}

/** The paths that a change has written. */
export interface Written {
  readonly created: readonly string[]
  readonly changed: readonly string[]
}

interface FileChange {
  readonly file: string
  /** Undefined for a new file. */
  readonly before: string | undefined
  readonly after: string
}

/** The edits of one file. */
export function editsOf(file: string, ...edits: readonly Edit[]): FileEdit[] {
  return edits.map((edit) => ({ file, edit }))
}

/** Several changes as one. */
export function together(...changes: readonly Change[]): Change {
  return {
    files: Object.assign({}, ...changes.map(({ files }) => files)),
    edits: changes.flatMap(({ edits }) => edits),
  }
}

/**
 * Writes a whole change below the folder `root`, formatted for the linter, or nothing. Throws before it writes anything
 * if a new file exists already, or if an edit does not find its place.
 */
export async function apply(change: Change, root: string): Promise<Written> {
  const existing = Object.keys(change.files).find((file) => existsSync(join(root, file)))
  if (existing !== undefined)
    throw new Error(`${existing} already exists: remove it, or choose another name.`)

  const changed = editedFiles(change.edits, root)
  const created = Object.entries(change.files).map(([file, after]) => ({ file, before: undefined, after }))
  const all: FileChange[] = await Promise.all(
    [...created, ...changed].map(async (one) => ({ ...one, after: await format(one, root) })),
  )
  write(all, root)
  return {
    created: created.map(({ file }) => file),
    changed: all
      .filter(({ before, after }) => before !== undefined && before !== after)
      .map(({ file }) => file),
  }
}

function editedFiles(edits: readonly FileEdit[], root: string): FileChange[] {
  const texts = new Map<string, { before: string; after: string }>()
  for (const { file, edit } of edits) {
    if (!existsSync(join(root, file))) throw new Error(`${file} is missing: restore it, then try again.`)
    const { before, after } = texts.get(file) ?? read(file, root)
    texts.set(file, { before, after: editedText(file, after, edit) })
  }
  return [...texts].map(([file, { before, after }]) => ({ file, before, after }))
}

function read(file: string, root: string): { before: string; after: string } {
  const before = readFileSync(join(root, file), 'utf8')
  return { before, after: before }
}

/** JSON is edited as the value of a constant. */
function editedText(file: string, text: string, edit: Edit): string {
  if (!file.endsWith('.json')) return edited(file, text, edit)
  const declaration = 'const json = '
  return edited(file, `${declaration}${text}`, edit).slice(declaration.length)
}

/** Writes all files, or restores those that it has written. */
function write(all: readonly FileChange[], root: string): void {
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

const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome')

/** Formats a source for the linter. Throws an Error that names the file if it cannot be parsed. */
export function format({ file, after }: { file: string; after: string }, root: string): Promise<string> {
  // The linter reads no pages.
  if (file.endsWith('.md')) return Promise.resolve(after)
  return new Promise((resolve, reject) => {
    const options = [biome, 'check', '--write', `--stdin-file-path=${file}`]
    const child = execFile(process.execPath, options, { cwd: root }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${file} cannot be formatted: ${stderr.trim() || error.message}`))
      else resolve(stdout)
    })
    child.stdin?.end(after)
  })
}
