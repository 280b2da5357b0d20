import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { stageName } from '../../stages/stage-name.ts'
import { dataFolderOf } from '../data-folder.ts'
import { newAggregate } from './aggregate.ts'
import { apply } from './change.ts'
import { type Names, namesOf, takenBy } from './names.ts'
import { removeFeatures } from './remove/remove.ts'

/** `npm run new`: writes a new aggregate, or removes features. */
const usage = `npm run new aggregate NAME
  Writes a working aggregate, from its events to its tests. NAME is that of one, in small letters: invoice, price-list.

npm run new -- --remove FEATURE… [--force]
  Removes features from every layer, list, test and document. It refuses while another feature imports one of them,
  and while the data folder (ANNALS_DATA or .annals/STAGE) holds events that could no longer be read, unless you add --force.`

/** The layers. A folder of a layer is a feature or has another meaning, so a new feature cannot have its name. */
const layers = ['domain', 'commands', 'projections', 'workflows']

/** The names of a layer's folders and files. */
function namesIn(layer: string): string[] {
  return existsSync(layer) ? readdirSync(layer).map((file) => basename(file, '.ts')) : []
}

async function run(args: string[]): Promise<void> {
  const flag = { type: 'boolean', default: false } as const
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: flag, remove: flag, force: flag },
  })
  if (values.help) return console.log(usage)
  if (!existsSync('domain'))
    throw new Error('this folder has no folder domain: run it in the folder of package.json.')
  return values.remove ? remove(positionals, values.force) : create(positionals)
}

async function create([kind, name, ...more]: readonly string[]): Promise<void> {
  if (kind === undefined) throw new Error('say what: npm run new aggregate NAME.')
  if (kind !== 'aggregate')
    throw new Error(`"${kind}" is not known, only "aggregate" is: npm run new aggregate NAME.`)
  if (name === undefined || more.length > 0) throw new Error('give one name: npm run new aggregate NAME.')

  const names = namesOf(name)
  for (const layer of layers) {
    const taken = takenBy(name, namesIn(layer))
    if (taken !== undefined) throw new Error(`"${name}" is taken by ${layer}/${taken}: give another name.`)
  }

  const existing = await offeredBy(names)
  if (existing !== undefined) throw new Error(`${existing} exists already: give another name.`)
  const change = newAggregate(names)
  await apply(change, process.cwd())
  const generated = generate()
  console.log(`Created aggregate ${names.one.kebab}:

${list(Object.keys(change.files))}

Added it to:

${list([...change.additions.map(({ file }) => file), ...generated])}

Next: npm test. To make it yours, read docs/how-to/add-an-aggregate.md.`)
}

/** The first route, command or event of a new aggregate that a feature has already. */
async function offeredBy({ one, many }: Names): Promise<string | undefined> {
  const [{ contract }, { aggregates }] = await Promise.all([
    import('../../../commands/contract.ts'),
    import('../../../domain/aggregates.ts'),
  ])
  const queries: object = contract.queries
  const commands: object = contract.commands
  const events = new Set(aggregates.flatMap((aggregate) => Object.keys(aggregate.events.schemas)))
  const path = [`/me/${many.kebab}`, `/${many.kebab}/{${one.camel}Id}`].find((route) => route in queries)
  const verbs = ['create', 'rename', 'archive']
  const command = verbs.map((verb) => `${verb}-${one.kebab}`).find((name) => name in commands)
  const event = ['Created', 'Renamed', 'Archived']
    .map((what) => `${one.pascal}${what}`)
    .find((type) => events.has(type))
  return path ?? command ?? event
}

async function remove(names: readonly string[], force: boolean): Promise<void> {
  if (names.length === 0) throw new Error('name a feature: npm run new -- --remove FEATURE….')
  const stored = async () => {
    // Only this question needs the stores.
    const { storedEvents } = await import('./remove/stored-events.ts')
    return storedEvents(dataFolderOf(stageName(undefined)))
  }
  const { deleted, changed } = await removeFeatures(process.cwd(), names, { force, stored })
  const generated = generate()
  console.log(`Removed ${names.join(', ')}. Deleted ${deleted.length} files:

${list(deleted)}

Changed:

${list([...new Set([...Object.keys(changed), ...generated])])}

Next: npm test.`)
}

/** Writes the generated files again, in processes that load the code as it is now. Returns the files. */
function generate(): string[] {
  const writers = [
    { files: ['docs/events.md'], script: 'events', writer: 'projections/publishing/write-catalogue.ts' },
    {
      files: ['domain/generated/folds.ts', 'test/fixtures/projections.json'],
      script: 'folds',
      writer: 'test/kit/write-folds.ts',
    },
    { files: ['docs/local-cloud.md'], script: 'local-cloud', writer: 'infra/local/write-coverage.ts' },
    {
      files: ['test/architecture/not-yet-rewritten.json'],
      script: 'rewritten',
      writer: 'test/architecture/lower-record.ts',
    },
  ]
  for (const { files, script, writer } of writers) {
    const { status } = spawnSync(process.execPath, ['--import', 'tsx', writer], { stdio: 'ignore' })
    if (status !== 0) console.log(`${files.join(', ')} could not be written: npm run ${script} says why.\n`)
  }
  return writers.flatMap(({ files }) => files)
}

function list(files: readonly string[]): string {
  return files.map((file) => `  ${file}`).join('\n')
}

run(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`Nothing was written: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
})
