import * as z from 'zod/mini'
import type { FeatureContract, ItemOf } from '../../../commands/http/contract-types.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import { parseStreamName, streamName } from '../../../domain/kernel/stream.ts'
import { parseState } from '../../../projections/engine/catch-up.ts'
import { listRows, listStreams } from '../../../projections/engine/list-pages.ts'
import { guardKey, partitionKey } from '../../../projections/engine/projection.ts'
import type { Guard } from '../../../projections/engine/row-store.ts'
import type { Accounts } from '../../../projections/query/accounts.ts'
import type { QueryContext, QueryHandlers } from '../../../projections/query/query.ts'
import { sailorsV1 } from './sailors.ts'
import { crewOf, isAboard, voyagesOf, voyagesV1 } from './voyages.ts'

/** The queries of the fleet, as a query API offers them. */
export const fleetQueries = {
  '/voyages/{voyageId}': {
    summary: 'A voyage',
    kind: 'one',
    item: z.strictObject({ id: z.string(), version: z.int(), name: z.string(), postponed: z.boolean() }),
  },
  '/voyages/{voyageId}/crew': {
    summary: 'The people aboard, newest first',
    kind: 'many',
    item: z.strictObject({ id: z.string(), role: z.string(), name: z.string() }),
  },
  '/me/voyages': {
    summary: 'The voyages on which you are aboard, newest first',
    kind: 'many',
    item: z.strictObject({ id: z.string(), version: z.int(), name: z.string(), postponed: z.boolean() }),
  },
} as const satisfies FeatureContract['queries']

type VoyageItem = ItemOf<{ readonly queries: typeof fleetQueries }, '/voyages/{voyageId}'>

const voyageIdOf = ({ parameters }: QueryContext) => parameters['voyageId'] ?? ''

function itemOf(id: string, guard: Guard | undefined, userId: string): VoyageItem | undefined {
  if (guard === undefined) return undefined
  const state = parseState(voyagesV1, guard.state)
  if (!state.exists || !isAboard(state, userId)) return undefined
  return { id, version: guard.version, name: state.name, postponed: state.postponed }
}

/** A voyage that the person may see. Throws `not-found` for any other. */
async function readVoyage(context: QueryContext) {
  const stream = streamName(voyagesV1.aggregate, voyageIdOf(context))
  const { id } = context.generation(voyagesV1.name)
  const { guard, cost } = await context.rows.readGuard(guardKey(id, stream))
  const item = itemOf(voyageIdOf(context), guard, context.userId)
  if (item === undefined) throw new Problem('not-found', 'There is no such voyage, or you are not aboard.')
  return { item, cost }
}

const sailorRow = z.object({ sailorId: z.string(), role: z.string() })

/** The names that people have now; empty for those who have closed their account. */
async function namesOf({ rows, generation }: QueryContext, ids: readonly string[]) {
  const { id } = generation(sailorsV1.name)
  const keys = ids.map((one) => guardKey(id, streamName(sailorsV1.aggregate, one)))
  const { guards } = await rows.readGuards(keys)
  return guards.map((guard) => {
    const state = guard === undefined ? sailorsV1.initial : parseState(sailorsV1, guard.state)
    return state.status === 'enlisted' ? state.name : ''
  })
}

/** The answer of each query, and what it depends on. */
export const fleetQueryHandlers: QueryHandlers<typeof fleetQueries> = {
  '/voyages/{voyageId}': {
    projection: voyagesV1.name,
    dependsOn: (context, { stream }) => stream === streamName('voyage', voyageIdOf(context)),
    read: readVoyage,
  },
  '/voyages/{voyageId}/crew': {
    projection: voyagesV1.name,
    joins: [sailorsV1.name],
    dependsOn: (context, { stream }) =>
      stream === streamName('voyage', voyageIdOf(context)) || parseStreamName(stream).aggregate === 'sailor',
    async list(context, options) {
      await readVoyage(context)
      const { id } = context.generation(voyagesV1.name)
      const listed = await listRows(context.rows, partitionKey(id, crewOf(voyageIdOf(context))), options)
      const crew = listed.items.map(({ data }) => sailorRow.parse(JSON.parse(data)))
      const names = await namesOf(
        context,
        crew.map(({ sailorId }) => sailorId),
      )
      const items = crew.map(({ sailorId, role }, index) => ({
        id: sailorId,
        role,
        name: names[index] ?? '',
      }))
      return { ...listed, items }
    },
  },
  '/me/voyages': {
    projection: voyagesV1.name,
    dependsOn: () => true,
    async list({ rows, generation, userId }, options) {
      const { id } = generation(voyagesV1.name)
      const listed = await listStreams(rows, id, partitionKey(id, voyagesOf(userId)), options)
      return { ...listed, items: listed.items.flatMap((one) => itemOf(one.id, one.guard, userId) ?? []) }
    },
  },
}

/** Accounts as the read model of sailors shows them. */
export const fleetAccounts: Accounts = {
  projection: sailorsV1.name,
  streamOf: (userId) => streamName(sailorsV1.aggregate, userId),
  statusOf(state) {
    const { status } = z.object({ status: z.enum(['none', 'enlisted', 'retired']) }).parse(state)
    return { status: ({ none: 'unknown', enlisted: 'registered', retired: 'deleted' } as const)[status] }
  },
}
