import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a bundle is made from besides the sources: how, and of which packages. */
const recipe = ['package.json', 'package-lock.json', 'tsconfig.json', 'infra/bundle.ts']

const recordIn = (folder: string) => join(folder, 'bundled.json')

/** Remembers what the bundles in a folder were made from, as it was found then. */
export interface Remembering {
  /** The sources, from the root. Those that were saved meanwhile are not remembered, so that they count as changed. */
  remember(sources: readonly string[]): void
}

/** Forgets what was remembered, until the bundles that are made now are there. */
export function beginBundling(folder: string, root: string): Remembering {
  rmSync(recordIn(folder), { force: true })
  const began = Date.now()
  return {
    remember(sources) {
      const found = [...recipe, ...sources].map((source) => [source, stateOf(join(root, source), began)])
      writeFileSync(recordIn(folder), JSON.stringify(Object.fromEntries(found)))
    },
  }
}

/** Whether the bundles in a folder are those of the sources as they are. */
export function isBundled(folder: string, root: string): boolean {
  try {
    // Written above.
    const found = JSON.parse(readFileSync(recordIn(folder), 'utf8')) as Record<string, string>
    return Object.entries(found).every(([source, state]) => stateOf(join(root, source)) === state)
  } catch {
    return false
  }
}

function stateOf(path: string, before = Number.POSITIVE_INFINITY): string {
  const { size, mtimeMs } = statSync(path)
  return mtimeMs < before ? `${size} ${mtimeMs}` : 'saved meanwhile'
}
