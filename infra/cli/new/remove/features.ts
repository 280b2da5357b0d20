import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { spell } from '../names.ts'

/** The layers in which a feature has a folder of its own, under the same singular name in each. */
export const layers = ['domain', 'commands', 'projections', 'workflows'] as const

/** Folders beside the features in `domain/`. */
const notFeatures: ReadonlySet<string> = new Set(['kernel', 'generated'])

/** The features of a repository: every folder of an aggregate, and every folder of a contract without an aggregate. */
export function featuresIn(root: string): string[] {
  const aggregates = foldersIn(join(root, 'domain')).filter((name) => !notFeatures.has(name))
  const contracts = foldersIn(join(root, 'commands')).filter((name) =>
    existsSync(join(root, 'commands', name, 'contract.ts')),
  )
  return [...new Set([...aggregates, ...contracts])].toSorted()
}

/**
 * The feature that a file belongs to. A folder on its path has the name of the feature, or the file itself does, as a
 * part of the stack and the arbitraries of an aggregate do. Paths are relative to the root of the repository.
 */
export function featureOf(path: string, features: readonly string[]): string | undefined {
  // The local cloud knows no feature: its folders are named after AWS's services, and its files after their jobs.
  if (/^(test\/)?infra\/local\//.test(path)) return undefined
  const parts = path.split('/')
  const folder = features.find((feature) => parts.slice(1, -1).includes(feature))
  if (folder !== undefined) return folder
  const name = basename(path).replace(/(\.test)?\.(ts|json)$/, '')
  return parts.length > 2
    ? features.find((feature) => [feature, spell(feature).camel].includes(name))
    : undefined
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
}
