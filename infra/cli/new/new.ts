import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { newAggregate } from './aggregate.ts'
import { apply } from './change.ts'
import { namesOf, takenBy } from './names.ts'

/** `npm run new aggregate NAME`: writes a working aggregate, from its events to its tests, to be made one's own. */
const usage =
  'npm run new aggregate NAME, with the name of one in small letters, such as invoice or price-list'

/** The layers. A folder of a layer is a feature or has another meaning, so a new feature cannot have its name. */
const layers = ['domain', 'commands', 'projections', 'workflows']

/** The names of a layer's folders and files. */
function namesIn(layer: string): string[] {
  return existsSync(layer) ? readdirSync(layer).map((file) => basename(file, '.ts')) : []
}

async function run([kind, name, ...more]: readonly string[]): Promise<void> {
  if (kind === '--help') return console.log(usage)
  if (kind === undefined) throw new Error(`say what: ${usage}.`)
  if (kind !== 'aggregate') throw new Error(`"${kind}" is not known, only "aggregate" is: ${usage}.`)
  if (name === undefined || more.length > 0) throw new Error(`give one name: ${usage}.`)

  const names = namesOf(name)
  if (!existsSync('domain'))
    throw new Error('there is no folder domain here: run it where package.json lies.')
  for (const layer of layers) {
    const taken = takenBy(name, namesIn(layer))
    if (taken !== undefined) throw new Error(`"${name}" is taken by ${layer}/${taken}: give another name.`)
  }

  const change = newAggregate(names)
  await apply(change, process.cwd())
  // Made of the code that has just been written; the catalogue of events names the private ones too.
  for (const [file, script, writer] of [
    ['docs/events.md', 'events', 'projections/publishing/write-catalogue.ts'],
    ['domain/generated/folds.ts', 'folds', 'test/kit/write-folds.ts'],
  ] as const) {
    const { status } = spawnSync(process.execPath, ['--import', 'tsx', writer], { stdio: 'ignore' })
    if (status !== 0) console.log(`${file} could not be written: npm run ${script} says why.\n`)
  }

  const list = (files: readonly string[]) => files.map((file) => `  ${file}`).join('\n')
  console.log(`${names.a} is there. Written:

${list(Object.keys(change.files))}

and added to:

${list([...change.additions.map(({ file }) => file), 'domain/generated/folds.ts', 'docs/events.md'])}

Next: npm test. Then make it yours: docs/make-it-yours.md`)
}

run(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`Nothing was written: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
})
