import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { nodesIn, parse, textOf } from '../syntax.ts'
import { prunedDocuments } from './documents.ts'
import { featureOf, featuresIn, layers } from './features.ts'
import { type Gone, prune } from './prune.ts'

/** The planned changes to the files of a repository. Paths are relative to its root. */
export interface Removal {
  readonly deleted: readonly string[]
  /** The new text of files that remain. */
  readonly changed: Readonly<Record<string, string>>
}

const folders = [...layers, 'infra', 'test'] as const

/**
 * Plans to remove features from every layer, list, test and document. Writes nothing. Throws an Error that advises the
 * user if a name is no feature, if another feature imports one of them, or if shared code uses one outside a list.
 */
export function planRemoval(root: string, names: readonly string[]): Removal {
  const features = featuresIn(root)
  const unknown = names.filter((name) => !features.includes(name))
  if (unknown.length > 0)
    throw new Error(`there is no feature ${unknown.join(', ')}; the features are ${features.join(', ')}.`)

  const files = folders.flatMap((folder) => filesIn(root, folder))
  const read = (path: string) => readFileSync(join(root, path), 'utf8')
  const sources = new Map(files.filter((path) => path.endsWith('.ts')).map((path) => [path, read(path)]))
  const deleted = new Set(files.filter((path) => names.includes(featureOf(path, features) ?? '')))
  refuseUsers(sources, deleted, features)
  for (const entry of functionsOf(sources, deleted)) {
    // Files beside the entry have its name.
    const name = entry.replace(/ts$/, '')
    for (const path of files.filter((one) => one.startsWith(name))) deleted.add(path)
  }
  for (const path of testsOf(sources, deleted)) deleted.add(path)
  const documents = Object.entries(prunedDocuments(root, names, deleted))
  const isEmpty = ([, text]: [string, string]) => text.trim() === ''
  return {
    deleted: [...deleted, ...documents.filter(isEmpty).map(([path]) => path)].toSorted(),
    changed: {
      ...prunedSources(sources, deleted),
      ...Object.fromEntries(documents.filter((document) => !isEmpty(document))),
    },
  }
}

/** Throws an Error if a remaining feature imports a file that is removed. */
function refuseUsers(
  sources: ReadonlyMap<string, string>,
  deleted: ReadonlySet<string>,
  features: readonly string[],
): void {
  const users = new Map<string, string[]>()
  for (const [path, source] of sources) {
    const feature = featureOf(path, features)
    // A test is removed together with its subject, so the imports of tests do not count.
    if (feature === undefined || deleted.has(path) || path.startsWith('test/')) continue
    const used = importsOf(path, source).filter((target) => deleted.has(target))
    if (used.length > 0)
      users.set(feature, [...(users.get(feature) ?? []), `${path} imports ${used.join(', ')}`])
  }
  if (users.size === 0) return
  const lines = [...users].map(([feature, uses]) => `  ${feature}: ${uses.join('; ')}`)
  throw new Error(
    `${[...users.keys()].join(', ')} imports files that you remove. Remove it too, or remove the imports:\n${lines.join('\n')}`,
  )
}

/** The entry points that only the removed features name. */
function functionsOf(sources: ReadonlyMap<string, string>, deleted: ReadonlySet<string>): string[] {
  const entries = [...sources.keys()].filter((path) => /^[a-z]+\/functions\/[^/]+\.ts$/.test(path))
  const isNamed = (name: string, isDeleted: boolean) =>
    [...sources].some(
      ([path, source]) =>
        deleted.has(path) === isDeleted &&
        /^(infra\/stack|commands|workflows)\//.test(path) &&
        !path.includes('/functions/') &&
        new RegExp(`['"\`]${name}['"\`]`).test(source),
    )
  return entries.filter((path) => {
    const name = posix.basename(path, '.ts')
    return isNamed(name, true) && !isNamed(name, false)
  })
}

/** Tests outside the features' folders that import a removed function. */
function testsOf(sources: ReadonlyMap<string, string>, deleted: ReadonlySet<string>): string[] {
  return [...sources]
    .filter(([path]) => path.endsWith('.test.ts') && !deleted.has(path))
    .filter(([path, source]) =>
      importsOf(path, source).some((target) => target.includes('/functions/') && deleted.has(target)),
    )
    .map(([path]) => path)
}

/** Sources without their uses of deleted files, and of names that other sources no longer export. */
function prunedSources(
  sources: ReadonlyMap<string, string>,
  deleted: ReadonlySet<string>,
): Record<string, string> {
  const current = new Map([...sources].filter(([path]) => !deleted.has(path)))
  const lost = new Map<string, Set<string>>()
  const changed: Record<string, string> = {}
  for (let again = true; again; ) {
    again = false
    for (const [path, source] of current) {
      const gone: Gone = (specifier) => {
        const target = targetOf(path, specifier)
        return target !== undefined && deleted.has(target) ? 'all' : lost.get(target ?? '')
      }
      const pruned = prune(path, source, gone, deleted)
      if (pruned === undefined) continue
      current.set(path, pruned.source)
      changed[path] = pruned.source
      if (pruned.exports.length === 0) continue
      lost.set(path, new Set([...(lost.get(path) ?? []), ...pruned.exports]))
      again = true
    }
  }
  return changed
}

/** The files that a source imports, by their paths from the root. */
function importsOf(path: string, source: string): string[] {
  return nodesIn(parse(path, source).program['body']).flatMap((statement) => {
    const specifier = textOf(nodesIn(statement['source'])[0])
    return specifier === undefined ? [] : (targetOf(path, specifier) ?? [])
  })
}

function targetOf(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined
}

export function filesIn(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => posix.relative(root, join(parentPath, name)))
    .filter((path) => !path.includes('node_modules/'))
}
