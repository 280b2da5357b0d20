import { type Change, editsOf } from './change.ts'
import { addElement, addJsonElement } from './edit/lists.ts'
import { checkAggregate, eventTypesIn, readModelsIn, readSource } from './edit/repository.ts'
import type { Source } from './edit/source.ts'
import { descendants, functionNamed, keyOf } from './edit/source.ts'
import { addCase, addNamespaceImport, addStateField, addTextCases, existingState } from './edit/statements.ts'
import { checkKebab, isPascal, kebabOf, type Spelling, spell, withCapital } from './names.ts'
import { nameOf, nodesIn } from './syntax.ts'

export interface EventOptions {
  /** Whether other services receive the event. */
  readonly public: boolean
}

/** The type of event that a name means in an aggregate: `published` and `PriceListPublished` mean the same. */
export function eventTypeOf(aggregate: Spelling, name: string): string {
  if (isPascal(name)) return name
  checkKebab(name, 'published')
  const { pascal } = spell(name)
  return name.startsWith(`${aggregate.kebab}-`) ? pascal : `${aggregate.pascal}${pascal}`
}

/**
 * Adds an event without data to an aggregate. If the aggregate has one state besides `none`, the event sets a flag in it,
 * so that a command can tell whether the event has happened.
 */
export function newEvent(root: string, aggregate: string, name: string, options: EventOptions): Change {
  checkAggregate(root, aggregate)
  const feature = spell(aggregate)
  const type = eventTypeOf(feature, name)
  const taken = eventTypesIn(root).find((event) => event.type === type)
  if (taken !== undefined)
    throw new Error(`domain/${taken.feature}/events.ts already has ${type}: choose another name.`)
  const words = spell(kebabOf(type)).words
  return {
    files: {},
    edits: [
      ...editsOf(
        `domain/${aggregate}/events.ts`,
        addElement('definitions', `${type}: { schema: 1, data: z.strictObject({}) }`),
      ),
      ...editsOf(
        `domain/${aggregate}/public-events.ts`,
        addElement(`${feature.camel}Publication`, `${type}: ${decisionOf(feature, words, options)}`),
        ...(options.public ? [addNamespaceImport('z', 'zod/mini')] : []),
      ),
      ...aggregateEdits(root, feature, type),
      ...projectionEdits(root, feature, type),
      ...editsOf(
        `test/fixtures/events/${feature.camel}.json`,
        addJsonElement(JSON.stringify({ stored: { type, schema: 1, data: {} }, reads: { type, data: {} } })),
      ),
      ...editsOf(
        `test/kit/arbitraries/${aggregate}.ts`,
        addElement('event', `fc.record({ type: fc.constant('${type}' as const), data: fc.constant({}) })`),
      ),
    ],
  }
}

function decisionOf({ camel, words: aggregate }: Spelling, words: string, options: EventOptions): string {
  if (!options.public) return `{ private: 'No other service depends on it so far.' }`
  return `{
    schema: 1,
    description: '${withCapital(words)}.',
    data: z.object({ ${camel}Id: z.string().check(z.describe('Id of the ${aggregate}')) }),
    from: ({ id }) => ({ ${camel}Id: id }),
    example: { ${camel}Id: '91be07d2' },
  }`
}

/** The flag that an event sets: `published` for `PriceListPublished`. */
export function flagOf({ pascal }: Spelling, type: string): string {
  const rest = type.startsWith(pascal) && type !== pascal ? type.slice(pascal.length) : type
  return rest.charAt(0).toLowerCase() + rest.slice(1)
}

/** The flags in the state of an aggregate; undefined if the state has no place for one. */
export function flagsIn(root: string, { kebab, pascal }: Spelling): string[] | undefined {
  const existing = existingState(readSource(root, `domain/${kebab}/${kebab}.ts`), `${pascal}State`)
  if (existing === undefined) return undefined
  return nodesIn(existing['members'])
    .filter((member) => member['optional'] === true)
    .map((member) => keyOf(member) ?? '')
}

function aggregateEdits(root: string, feature: Spelling, type: string) {
  const { kebab, pascal } = feature
  const file = `domain/${kebab}/${kebab}.ts`
  const source = readSource(root, file)
  const existing = existingState(source, `${pascal}State`)
  if (existing === undefined)
    return editsOf(file, addCase('evolve', 'event.type', `case '${type}': return ${stateIn(source)}`))
  const flag = flagOf(feature, type)
  if (nodesIn(existing['members']).some((member) => keyOf(member) === flag))
    throw new Error(`${file} already has ${flag} in its state: choose another name.`)
  return editsOf(
    file,
    addStateField(`${pascal}State`, `readonly ${flag}?: true`),
    addCase('evolve', 'event.type', `case '${type}': return { ...${stateIn(source)}, ${flag}: true }`),
  )
}

/** Every version of a read model that folds the aggregate takes note of the time of the event, if it shows that. */
function projectionEdits(root: string, { kebab, camel }: Spelling, type: string) {
  const words = withCapital(spell(kebabOf(flagOf(spell(kebab), type))).words.toLowerCase())
  return foldedBy(root, camel).flatMap(({ folder, version }) => {
    const file = `${folder}/v${version}/projection.ts`
    return editsOf(
      file,
      addCase('evolve', 'event.type', `case '${type}': return ${stateIn(readSource(root, file))}`),
      addTextCases('evolve', 'event.type', `case '${type}': return '${words}'`),
    )
  })
}

/** The versions of read models that fold the streams of a category. */
export function foldedBy(root: string, category: string) {
  return readModelsIn(root).filter((one) => one.aggregate === category)
}

/** The name of the newest state in `evolve`: a constant with its new `updatedAt`, or else the first parameter. */
function stateIn(source: Source): string {
  const evolve = functionNamed(source, 'evolve')
  const updated = nodesIn(nodesIn(evolve?.['body'])[0]?.['body'])
    .flatMap((statement) => nodesIn(statement['declarations']))
    .find((declarator) =>
      nodesIn(declarator['init'])
        .flatMap(descendants)
        .some((node) => keyOf(node) === 'updatedAt'),
    )
  const [state] = updated === undefined ? nodesIn(evolve?.['params']) : nodesIn(updated['id'])
  return nameOf(state) ?? 'state'
}
