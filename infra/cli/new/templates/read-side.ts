import type { Names } from '../names.ts'

export const projectionOf = ({ one, many }: Names) => `import * as z from 'zod/mini'
import type { Recorded } from '../../../domain/kernel/event.ts'
import { type ${one.pascal}Event, ${one.camel}Events } from '../../../domain/${one.kebab}/events.ts'
import type { Projection, Row } from '../../engine/projection.ts'

/** The state of a row, which its owner alone may read. \`exists\` is false until the creation has been folded. */
const ${one.camel}State = z.discriminatedUnion('exists', [
  z.strictObject({ exists: z.literal(false) }),
  z.strictObject({
    exists: z.literal(true),
    ownerId: z.string(),
    name: z.string(),
    archived: z.boolean(),
    createdAt: z.string(),
    updatedAt: z.string(),
  }),
])

export type ${one.pascal}State = z.infer<typeof ${one.camel}State>

function evolve(state: ${one.pascal}State, event: Recorded<${one.pascal}Event>): ${one.pascal}State {
  if (event.type === '${one.pascal}Created') {
    const { ownerId, name } = event.data
    return { exists: true, ownerId, name, archived: false, createdAt: event.at, updatedAt: event.at }
  }
  if (!state.exists) return state
  const updated = { ...state, updatedAt: event.at }
  switch (event.type) {
    case '${one.pascal}Renamed':
      return { ...updated, name: event.data.name }
    case '${one.pascal}Archived':
      return { ...updated, archived: true }
  }
}

/** One row in the owner's list. It contains nothing that changes: the list joins by key, so a renaming writes one item. */
function render(state: ${one.pascal}State): readonly Row[] {
  if (!state.exists) return []
  return [{ partition: ${many.camel}Of(state.ownerId), sort: state.createdAt, data: {} }]
}

/** The partition of a person's list of ${many.words}. */
export function ${many.camel}Of(userId: string): string {
  return \`${many.kebab}-of#\${userId}\`
}

export const ${many.camel}V1: Projection<${one.pascal}State, ${one.pascal}Event> = {
  name: '${many.kebab}',
  version: 1,
  aggregate: '${one.camel}',
  events: ${one.camel}Events,
  state: ${one.camel}State,
  initial: { exists: false },
  evolve,
  render,
}
`

export const queriesOf = ({
  one,
  many,
}: Names) => `import type { ItemOf } from '../../../commands/http/contract-types.ts'
import type { ${one.camel}Contract } from '../../../commands/${one.kebab}/contract.ts'
import type { Cost } from '../../../domain/kernel/cost.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import { streamName } from '../../../domain/kernel/stream.ts'
import { parseState } from '../../engine/catch-up.ts'
import { listStreams } from '../../engine/list-pages.ts'
import { guardKey, partitionKey } from '../../engine/projection.ts'
import type { Guard, ListOptions, ListPage, RowStore } from '../../engine/row-store.ts'
import { ${many.camel}Of, ${many.camel}V1 } from './projection.ts'

export type ${one.pascal}Item = ItemOf<typeof ${one.camel}Contract, '/${many.kebab}/{${one.camel}Id}'>

/** One ${one.words}, by the key of its guard in a generation. Throws \`not-found\` if it is unknown, or if somebody else owns it. */
export async function read${one.pascal}(
  rows: RowStore,
  generation: string,
  userId: string,
  ${one.camel}Id: string,
): Promise<{ item: ${one.pascal}Item; cost: Cost }> {
  const stream = streamName(${many.camel}V1.aggregate, ${one.camel}Id)
  const { guard, cost } = await rows.readGuard(guardKey(generation, stream))
  const item = guard && itemOf(${one.camel}Id, guard, userId)
  if (item === undefined) throw new Problem('not-found', 'There is no such ${one.words}, or it is not yours.')
  return { item, cost }
}

/** A page of a person's ${many.words}, newest first. */
export async function list${many.pascal}(
  rows: RowStore,
  generation: string,
  userId: string,
  options: ListOptions,
): Promise<ListPage<${one.pascal}Item>> {
  const listed = await listStreams(rows, generation, partitionKey(generation, ${many.camel}Of(userId)), options)
  return { ...listed, items: listed.items.flatMap((one) => itemOf(one.id, one.guard, userId) ?? []) }
}

function itemOf(${one.camel}Id: string, guard: Guard, userId: string): ${one.pascal}Item | undefined {
  const state = parseState(${many.camel}V1, guard.state)
  if (!state.exists || state.ownerId !== userId) return undefined
  const { name, ownerId, archived, createdAt, updatedAt } = state
  return { id: ${one.camel}Id, version: guard.version, name, ownerId, archived, createdAt, updatedAt }
}
`

export const queryHandlersOf = ({
  one,
  many,
}: Names) => `import type { ${one.camel}Contract } from '../../commands/${one.kebab}/contract.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import type { QueryContext, QueryHandlers } from '../query/query.ts'
import { ${many.camel}V1 } from './v1/projection.ts'
import { list${many.pascal}, read${one.pascal} } from './v1/queries.ts'

const projection = ${many.camel}V1.name
const generationOf = (context: QueryContext) => context.generation(projection).id
const ${one.camel}IdOf = ({ parameters }: QueryContext) => parameters['${one.camel}Id'] ?? ''

/** The handler of each query. */
export const ${one.camel}Queries = {
  '/${many.kebab}/{${one.camel}Id}': {
    projection,
    dependsOn: (context, { stream }) => stream === streamName('${one.camel}', ${one.camel}IdOf(context)),
    read: (context) =>
      read${one.pascal}(context.rows, generationOf(context), context.userId, ${one.camel}IdOf(context)),
  },
  '/me/${many.kebab}': {
    projection,
    dependsOn: () => true,
    list: (context, options) =>
      list${many.pascal}(context.rows, generationOf(context), context.userId, options),
  },
} satisfies QueryHandlers<(typeof ${one.camel}Contract)['queries']>
`
