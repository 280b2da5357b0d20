import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { newAggregate } from './aggregate.ts'
import type { Change } from './change.ts'
import { commandNameOf, newCommand } from './command.ts'
import { contractKeysIn, eventTypesIn } from './edit/repository.ts'
import { eventTypeOf, foldedBy, newEvent } from './event.ts'
import { type Names, namesOf, spell, takenBy, withArticle } from './names.ts'
import { newQuery } from './query.ts'
import { newReaction } from './reaction.ts'
import { daily, newSchedule } from './schedule.ts'
import { newSweep, type SweepOptions, sweptBy } from './sweep.ts'
import { newVersion } from './version.ts'

/** The options of `npm run new`, as they were given. */
export interface GivenOptions {
  readonly plural?: string | undefined
  readonly public?: boolean | undefined
  readonly emits?: string | undefined
  readonly on?: string | undefined
  readonly mail?: boolean | undefined
  readonly expression?: string | undefined
  readonly sweep?: string | undefined
  readonly secret?: string | undefined
  readonly fields?: string | undefined
}

export type OptionName = keyof GivenOptions

/** A planned change, and what to tell about it. */
export interface Plan {
  readonly title: string
  readonly change: Change
  /** The versions of read models whose fingerprints change, such as `price-lists-v1`. */
  readonly released?: readonly string[]
  readonly next: string
}

/** A kind of part that `npm run new` writes. */
export interface Kind {
  /** The names of its operands, such as `AGGREGATE`. */
  readonly operands: readonly string[]
  readonly options: readonly OptionName[]
  /** Throws an Error in one line that says what to do instead if the part cannot be written. */
  plan(root: string, operands: readonly string[], options: GivenOptions): Plan
}

const aggregate: Kind = {
  operands: ['NAME'],
  options: ['plural'],
  plan(root, [name = ''], { plural }) {
    const names = namesOf(name, plural)
    checkUnused(root, names)
    return {
      title: `Created aggregate ${name}`,
      change: newAggregate(names),
      next: 'npm test. Then change it, as docs/how-to/add-an-aggregate.md shows.',
    }
  },
}

const event: Kind = {
  operands: ['AGGREGATE', 'NAME'],
  options: ['public'],
  plan(root, [of = '', name = ''], options) {
    const change = newEvent(root, of, name, { public: options.public ?? false })
    const type = eventTypeOf(spell(of), name)
    return {
      title: `Created event ${type}`,
      change,
      released: foldedNames(root, of),
      next: `return ${type} from decide, or type npm run new -- command ${of} NAME --emits ${type}. Then npm test.`,
    }
  },
}

const command: Kind = {
  operands: ['AGGREGATE', 'NAME'],
  options: ['emits', 'public'],
  plan(root, [of = '', name = ''], { emits, public: isPublic = false }) {
    const change = newCommand(root, of, name, { emits, public: isPublic })
    return {
      title: `Created command ${commandNameOf(spell(of), name)}`,
      change,
      released: emits === undefined ? [] : foldedNames(root, of),
      next:
        emits === undefined
          ? `let decide in domain/${of}/${of}.ts return an event. Then npm test.`
          : 'npm test.',
    }
  },
}

const query: Kind = {
  operands: ['AGGREGATE', 'NAME'],
  options: ['fields'],
  plan(root, [of = '', name = ''], { fields }) {
    return {
      title: `Created query ${name} of ${of}`,
      change: newQuery(root, of, name, fields?.split(',')),
      next: 'npm test, and restart npm start.',
    }
  },
}

const reaction: Kind = {
  operands: ['NAME'],
  options: ['on', 'mail', 'secret'],
  plan(root, [name = ''], { on, mail = false, secret }) {
    if (on === undefined) throw new Error('name the event: npm run new -- reaction NAME --on EVENT.')
    if (mail && secret !== undefined) throw new Error('a mail needs no secret: leave out --mail or --secret.')
    const work = secret === undefined ? 'the reaction' : 'the body of the call'
    return {
      title: `Created reaction ${name}`,
      change: newReaction(root, name, { on, mail, secret }),
      next: `write ${mail ? 'the mail' : work} in workflows/. Then npm test, and restart npm start.`,
    }
  },
}

const schedule: Kind = {
  operands: ['NAME'],
  options: ['expression', 'sweep', 'emits', 'public'],
  plan(root, [name = ''], { expression = daily, sweep, emits, public: isPublic = false }) {
    if (sweep !== undefined) return sweepPlan(root, name, { expression, sweep, emits, public: isPublic })
    if (emits !== undefined || isPublic)
      throw new Error('--emits and --public need --sweep READ_MODEL: see npm run new -- --help.')
    return {
      title: `Created schedule ${name}: ${expression}`,
      change: newSchedule(root, name, { expression }),
      next: `write the work in workflows/schedules/${name}.ts. Then npm test, and restart npm start.`,
    }
  },
}

function sweepPlan(
  root: string,
  name: string,
  { emits, ...options }: Omit<SweepOptions, 'emits'> & Pick<GivenOptions, 'emits'>,
): Plan {
  if (emits === undefined)
    throw new Error(
      'name the event that each command emits: npm run new -- schedule NAME --sweep READ_MODEL --emits EVENT.',
    )
  const change = newSweep(root, name, { ...options, emits })
  const { feature } = sweptBy(root, options.sweep)
  const { kebab } = feature
  return {
    title: `Created schedule ${name}: ${options.expression}`,
    change,
    released: foldedNames(root, kebab),
    next: `let ${spell(name).camel}At in projections/${kebab}/ return when ${withArticle(feature.words)} is due, and check it again in domain/${kebab}/${kebab}.ts. Then npm test, and restart npm start.`,
  }
}

const version: Kind = {
  operands: ['READ_MODEL'],
  options: [],
  plan(root, [name = '']) {
    const { from, to, chosen, ...change } = newVersion(root, name)
    const choice = `let ${to.folder}/queries.ts choose the live version, as docs/how-to/change-a-read-model.md shows. Then `
    return {
      title: `Created version ${to.version} of ${name}, a copy of version ${from.version}`,
      change,
      next: `${chosen ? '' : choice}change ${to.folder}/v${to.version}/, and type npm run folds. Deploy, then npm run ops -- replay start ${name}.`,
    }
  },
}

export const kinds: Readonly<Record<string, Kind>> = {
  aggregate,
  event,
  command,
  query,
  reaction,
  schedule,
  version,
}

/** The layers. A folder of a layer is a feature or has another meaning, so a new feature cannot have its name. */
const layers = ['domain', 'commands', 'projections', 'workflows']

/** Throws an Error if a feature has a name, a route, a command or an event of a new aggregate. */
function checkUnused(root: string, { one, many }: Names): void {
  for (const layer of layers) {
    const taken = takenBy(one.kebab, namesIn(join(root, layer)))
    if (taken !== undefined)
      throw new Error(`"${one.kebab}" is taken by ${layer}/${taken}: choose another name.`)
  }
  const queries = contractKeysIn(root, 'queries')
  const commands = contractKeysIn(root, 'commands')
  const types = eventTypesIn(root).map(({ type }) => type)
  const existing = [
    ...[`/me/${many.kebab}`, `/${many.kebab}/{${one.camel}Id}`].filter((path) => queries.includes(path)),
    ...['create', 'rename', 'archive']
      .map((verb) => `${verb}-${one.kebab}`)
      .filter((name) => commands.includes(name)),
    ...['Created', 'Renamed', 'Archived']
      .map((suffix) => `${one.pascal}${suffix}`)
      .filter((type) => types.includes(type)),
  ]
  if (existing[0] !== undefined)
    throw new Error(`${existing[0]} already exists: choose another name, or another --plural.`)
}

/** The names of a layer's folders and files. */
function namesIn(layer: string): string[] {
  return existsSync(layer) ? readdirSync(layer).map((file) => basename(file, '.ts')) : []
}

/** The versions of read models that fold an aggregate. A new event changes their fingerprints. */
function foldedNames(root: string, of: string): string[] {
  return foldedBy(root, spell(of).camel).map((one) => `${one.name}-v${one.version}`)
}
