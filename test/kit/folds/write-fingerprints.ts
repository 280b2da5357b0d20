import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { allowedName, type Fingerprints, linesOf, refusedIn } from './fingerprint-changes.ts'

export const foldsFile = 'domain/generated/folds.ts'
export const projectionsFile = 'test/fixtures/projections.json'

/** The fingerprints that the code has now. */
export interface CurrentFingerprints {
  /** Of the `evolve` of each aggregate. */
  readonly folds: Fingerprints
  /** Of each version of each read model. */
  readonly projections: Fingerprints
}

export interface WriteOptions {
  /** The names of released versions that may change, such as `projects-v1`. */
  readonly allowed: readonly string[]
  /** The released fingerprints of read models. If this is not set, every fingerprint in the file is released. */
  readonly released?: Fingerprints | undefined
}

/**
 * Writes the fingerprints below `root`, and returns one line per change. Throws an Error, and writes nothing, if the
 * fingerprint of a released version of a read model would change and `allowed` does not name that version.
 */
export function writeFingerprints(
  root: string,
  { folds, projections }: CurrentFingerprints,
  { allowed, released }: WriteOptions,
): string[] {
  const foldsBefore = readFolds(root)
  const projectionsBefore = fingerprintsIn(read(root, projectionsFile))
  const refused = refusedIn(released ?? projectionsBefore, projections, allowed)
  if (refused.length > 0) throw new Error(refusal(refused))
  const [head = ''] = read(root, foldsFile).split(declaration)
  const entries = Object.entries(folds).map(([name, fingerprint]) => `  ${name}: '${fingerprint}',\n`)
  writeFileSync(join(root, foldsFile), `${head}${declaration}\n${entries.join('')}}\n`)
  writeFileSync(join(root, projectionsFile), `${JSON.stringify(projections, undefined, 2)}\n`)
  return [...linesOf(foldsBefore, folds), ...linesOf(projectionsBefore, projections)]
}

const declaration = 'export const folds = {'

function refusal(versions: readonly string[]): string {
  const names = versions.map(allowedName).join(' ')
  return `Nothing was written: ${versions.join(', ')} would change, and a released version stays as it is.
Add a version: npm run new version READ_MODEL. See docs/how-to/change-a-read-model.md.
If only a new type of event was added, or if no row of it is to be kept, type: npm run folds -- ${names}`
}

/** The generated file has one entry per line. */
function readFolds(root: string): Fingerprints {
  const [, entries = ''] = read(root, foldsFile).split(declaration)
  return Object.fromEntries(
    [...entries.matchAll(/^ {2}(\w+): '([0-9a-f]+)',$/gm)].map(([, name = '', fingerprint = '']) => [
      name,
      fingerprint,
    ]),
  )
}

function read(root: string, file: string): string {
  return existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : ''
}

/** The fingerprints in the text of the file for read models. */
export function fingerprintsIn(text: string): Fingerprints {
  return text === '' ? {} : JSON.parse(text)
}
