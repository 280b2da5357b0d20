import type { Assembly } from '../build/assemble.ts'
import type { LocalCloud } from '../local/index.ts'
import { withoutSuffix } from './console-log.ts'

export interface ReloadOptions {
  readonly cloud: Pick<LocalCloud, 'reload'>
  readonly assembly: Pick<Assembly, 'assembleAgain' | 'isSourceOfTemplate' | 'newFunctions'>
  readonly say: (line: string) => void
}

/** Files that npm start itself runs. They are loaded once. */
const ownCode = /^infra\/(local|build)\/|^infra\/cli\/[^/]+$/
/** Files of the other commands, which are loaded each time that they run. */
const otherCommands = /^infra\/(cli|deploy)\//

/**
 * Reloads the functions after sources were saved, and says what changed, or that a restart is needed and why. A
 * function whose code has changed starts again at its next invocation. The function that is returned never throws.
 */
export function createReload({ cloud, assembly, say }: ReloadOptions) {
  /** Whether the template may differ: its sources were saved, and no reload has succeeded since. */
  let fresh = false
  /** Functions that the template lacks and that the developer was already told about. */
  const told = new Set<string>()

  return async (files: readonly string[]): Promise<void> => {
    const own = files.filter((file) => ownCode.test(file))
    if (own.length > 0) say(`Restart npm start to use ${listed(own)}: this code is loaded once, at the start`)
    const sources = files.filter((file) => !ownCode.test(file) && !otherCommands.test(file))
    if (sources.length === 0) return
    const began = performance.now()
    fresh ||= sources.some(assembly.isSourceOfTemplate)
    let failure: unknown
    try {
      const changed = cloud.reload(await assembly.assembleAgain({ fresh: false })).map(withoutSuffix)
      const seconds = ((performance.now() - began) / 1000).toFixed(1)
      if (changed.length > 0) say(`Reloaded ${changed.join(', ')} in ${seconds} s: ${listed(sources)}`)
      else if (!fresh) say(`No function changed: ${listed(sources)}`)
    } catch (error) {
      failure = error
    }
    // The functions already run the new code. Finding out whether the template differs takes longer.
    if (fresh) {
      let folder: string
      try {
        folder = await assembly.assembleAgain({ fresh: true })
      } catch (error) {
        say(`Not reloaded; the code that was built last still runs: ${messageOf(error)}`)
        return
      }
      try {
        cloud.reload(folder)
      } catch (error) {
        say(`Restart npm start to use ${listed(sources)}: ${messageOf(error)}`)
        return
      }
      if (failure === undefined) say(`The template is unchanged: ${listed(sources)}`)
    }
    if (failure !== undefined) {
      say(`Not reloaded; the code that was built last still runs: ${messageOf(failure)}`)
      return
    }
    fresh = false
    for (const name of assembly.newFunctions()) {
      if (told.has(name)) continue
      told.add(name)
      say(`The template has no function ${name} yet: declare it in infra/stack, then restart npm start`)
    }
  }
}

/** Maximum number of files that a line names. */
const maxFiles = 3

function listed(files: readonly string[]): string {
  const more = files.length - maxFiles
  return files.slice(0, maxFiles).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
