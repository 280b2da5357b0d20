import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** A script of package.json that writes files from the code. */
interface Script {
  readonly name: string
  readonly program: string
  readonly files: readonly string[]
}

const events: Script = {
  name: 'events',
  program: 'projections/publishing/write-catalogue.ts',
  files: ['docs/events.md'],
}
const folds: Script = {
  name: 'folds',
  program: 'test/kit/write-folds.ts',
  files: ['domain/generated/folds.ts', 'test/fixtures/projections.json'],
}
const localCloud: Script = {
  name: 'local-cloud',
  program: 'infra/local/write-coverage.ts',
  files: ['docs/local-cloud.md'],
}
const rewritten: Script = {
  name: 'rewritten',
  program: 'test/architecture/lower-record.ts',
  files: ['test/architecture/not-yet-rewritten.json'],
}

/** The outcome of writing the generated files again. */
export interface Regenerated {
  readonly changed: readonly string[]
  /** One line per script that failed. */
  readonly failures: readonly string[]
}

/**
 * Writes the files that derive from the domain again, in processes that load the code as it is now. `released` names the
 * versions of read models whose fingerprints may change.
 */
export function regenerateDomain(released: readonly string[] = []): Regenerated {
  return regenerate([
    { script: events, args: [] },
    { script: folds, args: released },
  ])
}

/** Writes all generated files again. */
export function regenerateAll(): Regenerated {
  return regenerate([events, folds, localCloud, rewritten].map((script) => ({ script, args: [] })))
}

function regenerate(runs: readonly { script: Script; args: readonly string[] }[]): Regenerated {
  const files = runs.flatMap(({ script }) => script.files)
  const before = files.map(textOf)
  const failures = runs.flatMap(({ script, args }) => {
    const options = ['--import', 'tsx', script.program, ...args]
    const { status } = spawnSync(process.execPath, options, { stdio: 'ignore' })
    return status === 0
      ? []
      : [`${script.files.join(', ')} could not be written. Type npm run ${script.name} for the reason.`]
  })
  return { changed: files.filter((file, index) => textOf(file) !== before[index]), failures }
}

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
