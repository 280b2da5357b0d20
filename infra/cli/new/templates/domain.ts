import { type Names, withCapital } from '../names.ts'

export const eventsOf = ({ one }: Names) => `import * as z from 'zod/mini'
import { codec, type EventDefinitions, type EventOf } from '../kernel/codec.ts'
import { text } from '../kernel/text.ts'

export const ${one.camel}Name = text({ min: 1, max: 200 }).check(z.describe('1 to 200 characters'))

/**
 * Stored permanently. A change of shape raises \`schema\` and adds the upcaster from the number before to the same entry, as
 * \`upcast: { 1: (data) => … }\`. Keep the fixture of the old shape.
 */
const definitions = {
  ${one.pascal}Created: { schema: 1, data: z.strictObject({ ownerId: z.string(), name: z.string() }) },
  ${one.pascal}Renamed: { schema: 1, data: z.strictObject({ name: z.string() }) },
  ${one.pascal}Archived: { schema: 1, data: z.strictObject({}) },
} as const satisfies EventDefinitions

export type ${one.pascal}Event = EventOf<typeof definitions>

export const ${one.camel}Events = codec(definitions)
`

export const publicEventsOf = ({ one, a }: Names) => `import * as z from 'zod/mini'
import { publication } from '../kernel/publication.ts'
import { ${one.camel}Events } from './events.ts'

const ${one.camel}Id = z.string().check(z.describe('Id of the ${one.words}'))

/** The decision about each event of ${a}. Ids are published, and names are not. */
export const ${one.camel}Publication = publication(
  ${one.camel}Events,
  {
    ${one.pascal}Created: {
      schema: 1,
      description: '${withCapital(a)} was created by its owner.',
      data: z.object({ ${one.camel}Id, ownerId: z.string().check(z.describe('Id of the owner')) }),
      from: ({ id, data: { ownerId } }) => ({ ${one.camel}Id: id, ownerId }),
      example: { ${one.camel}Id: '91be07d2', ownerId: '5f0c3f5e' },
    },
    ${one.pascal}Renamed: { private: 'A name is free text, and no other service depends on it so far.' },
    ${one.pascal}Archived: {
      schema: 1,
      description: '${withCapital(a)} was closed to changes.',
      data: z.object({ ${one.camel}Id }),
      from: ({ id }) => ({ ${one.camel}Id: id }),
      example: { ${one.camel}Id: '91be07d2' },
    },
  },
  { exampleId: '91be07d2' },
)
`

export const aggregateOf = ({ one }: Names) => `import { folds } from '../generated/folds.ts'
import type { PublishedAggregate } from '../kernel/decider.ts'
import { Problem, refusal } from '../kernel/problem.ts'
import { type ${one.pascal}Event, ${one.camel}Events } from './events.ts'
import { ${one.camel}Publication } from './public-events.ts'

export type ${one.pascal}State =
  | { readonly status: 'none' }
  | { readonly status: 'active' | 'archived'; readonly ownerId: string; readonly name: string }

export type ${one.pascal}Command = { readonly actorId: string } & (
  | { readonly type: 'create-${one.kebab}'; readonly name: string }
  | { readonly type: 'rename-${one.kebab}'; readonly name: string }
  | { readonly type: 'archive-${one.kebab}' }
)

function evolve(state: ${one.pascal}State, event: ${one.pascal}Event): ${one.pascal}State {
  if (event.type === '${one.pascal}Created') return { status: 'active', ...event.data }
  if (state.status === 'none') return state
  switch (event.type) {
    case '${one.pascal}Renamed':
      return { ...state, name: event.data.name }
    case '${one.pascal}Archived':
      return { ...state, status: 'archived' }
  }
}

function decide(command: ${one.pascal}Command, state: ${one.pascal}State): readonly ${one.pascal}Event[] {
  if (command.type === 'create-${one.kebab}') {
    // The id of a new ${one.words} follows from its command, so one that exists can only be a repetition.
    if (state.status !== 'none') return []
    return [{ type: '${one.pascal}Created', data: { ownerId: command.actorId, name: command.name } }]
  }
  if (state.status === 'none' || state.ownerId !== command.actorId) {
    throw new Problem('not-found', 'There is no such ${one.words}, or it is not yours.')
  }
  switch (command.type) {
    case 'rename-${one.kebab}':
      if (state.status === 'archived') {
        throw refusal('${one.kebab}-archived', 'The ${one.words} is archived and cannot be changed.')
      }
      if (state.name === command.name) return []
      return [{ type: '${one.pascal}Renamed', data: { name: command.name } }]
    case 'archive-${one.kebab}':
      return state.status === 'archived' ? [] : [{ type: '${one.pascal}Archived', data: {} }]
  }
}

export const ${one.camel}: PublishedAggregate<${one.pascal}State, ${one.pascal}Command, ${one.pascal}Event> = {
  name: '${one.camel}',
  events: ${one.camel}Events,
  publication: ${one.camel}Publication,
  fold: folds.${one.camel},
  initial: { status: 'none' },
  evolve,
  decide,
  knownTo: (state, actorId) => state.status !== 'none' && state.ownerId === actorId,
}
`
