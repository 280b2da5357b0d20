import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What all that is made here is made of besides its sources: how, and of which packages. */
const recipe = ['package.json', 'package-lock.json', 'tsconfig.json', 'infra/build/bundle.ts']

interface Made {
  readonly from: string
  /** What each source was, by its path from the root. */
  readonly sources: Readonly<Record<string, string>>
}

const recordIn = (folder: string) => join(folder, 'made.json')

export interface Making {
  /**
   * Remembers what the folder was made of, the paths of the sources from the root. One that was saved meanwhile
   * counts as changed. `from` is whatever else it follows from.
   */
  remember(sources: readonly string[], from?: string): void
}

/** Forgets what a folder was made of, until what is made now is there. */
export function beginMaking(folder: string, root: string): Making {
  forget(folder)
  const began = Date.now()
  return {
    remember(sources, from = '') {
      const found = [...recipe, ...sources].map((source) => [source, stateOf(join(root, source), began)])
      const made: Made = { from, sources: Object.fromEntries(found) }
      writeFileSync(recordIn(folder), JSON.stringify(made))
    },
  }
}

/** Lets the folder count as made of nothing that is known. */
export function forget(folder: string): void {
  rmSync(recordIn(folder), { force: true })
}

/** Whether what is in a folder was made of the sources as they are, and from the same. */
export function isMade(folder: string, root: string, from = ''): boolean {
  try {
    // Written above.
    const made = JSON.parse(readFileSync(recordIn(folder), 'utf8')) as Made
    const isSame = ([source, state]: [string, string]) => stateOf(join(root, source)) === state
    return made.from === from && Object.entries(made.sources).every(isSame)
  } catch {
    return false
  }
}

/** What names what a folder was made of, for what is made from it in turn; nothing where that is not known. */
export function madeOf(folder: string): string {
  try {
    return readFileSync(recordIn(folder), 'utf8')
  } catch {
    return ''
  }
}

function stateOf(path: string, before = Number.POSITIVE_INFINITY): string {
  const { size, mtimeMs } = statSync(path)
  return mtimeMs < before ? `${size} ${mtimeMs}` : 'saved meanwhile'
}
