import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { layers } from './features.ts'

/** Documents outside `docs/`, without the change log, which describes the past. */
const others = ['README.md', 'CONTRIBUTING.md', 'AGENTS.md', ...layers.map((layer) => `${layer}/README.md`)]

/**
 * The changed documents by their paths, without the marked sections of these features, and without the deleted files
 * that rows of tables name. A row is removed if it names no other file. A document that loses everything is an empty
 * text.
 */
export function prunedDocuments(
  root: string,
  names: readonly string[],
  deleted: ReadonlySet<string>,
): Record<string, string> {
  const documents = [...documentsIn(root, 'docs'), ...others].filter((path) => existsSync(join(root, path)))
  return Object.fromEntries(
    documents.flatMap((path) => {
      const before = readFileSync(join(root, path), 'utf8')
      const after = prunedDocument(before, names, deleted)
      return before === after ? [] : [[path, after]]
    }),
  )
}

/** One document without the sections of these features. */
export function prunedDocument(text: string, names: readonly string[], deleted: ReadonlySet<string>): string {
  const withoutSections = names.reduce((before, name) => before.replace(sectionOf(name), ''), text)
  return withoutSections
    .split('\n')
    .flatMap((line) => prunedLine(line, deleted))
    .join('\n')
}

/** A section that belongs to a feature is between two comments, which the rendered page does not show. */
function sectionOf(name: string): RegExp {
  return new RegExp(`<!-- feature: ${name} -->\\n[\\s\\S]*?<!-- end: ${name} -->\\n*`, 'g')
}

function prunedLine(line: string, deleted: ReadonlySet<string>): string[] {
  if (!line.startsWith('|')) return [line]
  const named = [...line.matchAll(/`([^`\s]+\/[^`\s]+)`/g)].map(([, path]) => path ?? '')
  const gone = named.filter((path) => deleted.has(path))
  if (gone.length === 0) return [line]
  if (gone.length === named.length) return []
  return [gone.reduce((before, path) => before.replace(listed(path), ''), line)]
}

/** A path in a list of paths, with the comma between it and its neighbour. */
function listed(path: string): RegExp {
  const quoted = `\`${path.replaceAll('.', '\\.')}\``
  return new RegExp(`${quoted}, |, ${quoted}`)
}

function documentsIn(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => posix.join(folder, path.replaceAll('\\', '/')))
}
