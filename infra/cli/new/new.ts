import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { stageName } from '../../stages/stage-name.ts'
import { dataFolderOf } from '../data-folder.ts'
import { apply } from './change.ts'
import { regenerateAll, regenerateDomain } from './generated.ts'
import { type GivenOptions, type Kind, kinds, type OptionName } from './kinds.ts'
import { removeFeatures } from './remove/remove.ts'

/** `npm run new`: writes new parts of the backend, or removes features. */
const usage = `npm run new aggregate NAME [-- --plural WORD]
  Writes a working feature, from its events to its tests. NAME is a singular in lower case: invoice, price-list.
  The plural follows from English grammar, unless you give another.

npm run new event AGGREGATE NAME [-- --public]
  Adds an event without data. NAME is a past participle, such as published, or a type, such as PriceListPublished.
  With --public, other services receive the event.

npm run new command AGGREGATE NAME [-- --emits EVENT [--public]]
  Adds a command, such as publish. With --emits, the command emits this event once. The event is added if it is new.

npm run new query AGGREGATE NAME [-- --fields FIELD,FIELD…]
  Adds the query /PLURAL/{ID}/NAME, such as /price-lists/{priceListId}/summary. It answers these fields of the item,
  besides id, version and times. Without --fields, it answers all of them.

npm run new reaction NAME -- --on EVENT [--mail | --secret SERVICE]
  Adds a function that reacts to a public event, such as PriceListPublished. With --mail, it sends a mail to the owner.
  With --secret, it calls a third party's service, such as "the calendar", whose address and key are in a secret.

npm run new schedule NAME [-- --expression "cron(0 3 * * ? *)"]
  Adds a function that runs on a schedule, in UTC. Without --expression, it runs every day at 03:00.

npm run new schedule NAME -- --sweep READ_MODEL --emits EVENT [--public] [--expression "cron(0/5 * * * ? *)"]
  Adds a function that sends a command to everything that is due in a read model, such as price-lists. The command emits
  the event once. The event is added if it is new. With --public, other services receive it.

npm run new version READ_MODEL
  Copies the newest version of a read model, such as price-lists, to a version that you may change.

npm run new -- --remove FEATURE… [--force]
  Removes features from every layer, list, test and document. It refuses while another feature imports one of them,
  and while the data folder (ANNALS_DATA or .annals/STAGE) contains events that could no longer be read, unless you add
  --force.

Each of these writes everything or nothing.`

const flag = { type: 'boolean' } as const
const text = { type: 'string' } as const
const optionsOfKinds = {
  plural: text,
  public: flag,
  emits: text,
  on: text,
  mail: flag,
  expression: text,
  sweep: text,
  secret: text,
  fields: text,
} as const satisfies Record<OptionName, typeof flag | typeof text>

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { ...optionsOfKinds, help: flag, remove: flag, force: flag },
  })
  const { help = false, remove: removes = false, force = false, ...options } = values
  if (help) return console.log(usage)
  if (!existsSync('domain'))
    throw new Error('this folder has no folder domain: run this command in the folder of package.json.')
  if (removes) return remove(positionals, force)
  return create(positionals, options)
}

async function create([name, ...operands]: readonly string[], options: GivenOptions): Promise<void> {
  const kind = kindNamed(name)
  const expected = kind.operands.join(' ')
  if (operands.length !== kind.operands.length)
    throw new Error(
      `${name} takes ${kind.operands.length === 1 ? 'one name' : 'two names'}: npm run new ${name} ${expected}.`,
    )
  for (const option of Object.keys(optionsOfKinds) as OptionName[]) // the keys of the object above
    if (options[option] !== undefined && !kind.options.includes(option))
      throw new Error(`${name} has no option --${option}: see npm run new -- --help.`)

  const { title, change, released = [], next } = kind.plan(process.cwd(), operands, options)
  const { created, changed } = await apply(change, process.cwd())
  const generated = regenerateDomain(released)
  print(title, { Created: created, Changed: [...changed, ...generated.changed] }, [
    ...generated.failures,
    `Next: ${next}`,
  ])
}

function kindNamed(name: string | undefined): Kind {
  const known = Object.keys(kinds)
  const kind = name !== undefined && known.includes(name) ? kinds[name] : undefined
  if (kind !== undefined) return kind
  const found = name === undefined ? 'nothing to write was named' : `"${name}" is not known`
  throw new Error(`${found}: choose one of ${known.join(', ')}, or see npm run new -- --help.`)
}

async function remove(names: readonly string[], force: boolean): Promise<void> {
  if (names.length === 0) throw new Error('name a feature: npm run new -- --remove FEATURE….')
  const stored = async () => {
    // Only this question needs the stores.
    const { storedEvents } = await import('./remove/stored-events.ts')
    return storedEvents(dataFolderOf(stageName(undefined)))
  }
  const { deleted, changed } = await removeFeatures(process.cwd(), names, { force, stored })
  const generated = regenerateAll()
  const all = [...new Set([...Object.keys(changed), ...generated.changed])]
  print(`Removed ${names.join(', ')}`, { Deleted: deleted, Changed: all }, [
    ...generated.failures,
    'Next: npm test.',
  ])
}

/** Prints the files by their fate, and then these lines. */
function print(
  title: string,
  files: Readonly<Record<string, readonly string[]>>,
  lines: readonly string[],
): void {
  const lists = Object.entries(files)
    .filter(([, paths]) => paths.length > 0)
    .map(([fate, paths]) => `${fate}:\n${paths.map((path) => `  ${path}`).join('\n')}`)
  console.log([`${title}.`, ...lists, ...lines].join('\n\n'))
}

run(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`Nothing was written: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
})
