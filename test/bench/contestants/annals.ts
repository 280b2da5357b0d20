import { unmarshall } from '@aws-sdk/util-dynamodb'
import * as z from 'zod/mini'
import { createDynamoClient } from '../../../commands/aws/dynamo-client.ts'
import { systemClock as clock, deadlineIn } from '../../../commands/aws/system-clock.ts'
import { fromItem, toItem } from '../../../commands/event-store/commit-item.ts'
import { createDynamoCommitTable } from '../../../commands/event-store/dynamo-commit-table.ts'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { stateAfter } from '../../../commands/execution/cached-state.ts'
import { execute } from '../../../commands/execution/execute.ts'
import { createStateCache, noStateCache, type StateCache } from '../../../commands/execution/state-cache.ts'
import { codec, type EventOf } from '../../../domain/kernel/codec.ts'
import type { Aggregate, Command } from '../../../domain/kernel/decider.ts'
import type { NewCommit } from '../../../domain/kernel/event-store.ts'
import { noReservations } from '../../../domain/kernel/reservation.ts'
import { parseStreamName } from '../../../domain/kernel/stream.ts'
import { runAll } from '../measure.ts'
import { watch } from '../wire.ts'
import { type Counted, counted, type Enter, evolve, initial, metadata, type State } from './contestant.ts'

const definitions = {
  Counted: { schema: 1, data: z.strictObject({ n: z.number(), text: z.string() }) },
} as const

const fold = 'bench'
/**
 * Number of commits after which the store reports that a snapshot is due, in a stream that grows one commit
 * at a time.
 */
const snapshotEvery = 27

const aggregate: Aggregate<State, Command, EventOf<typeof definitions>> = {
  name: 'bench',
  events: codec(definitions),
  fold,
  initial,
  evolve: (state, { data }) => evolve(state, data),
  decide: (_command, { count }) => [{ type: 'Counted', data: counted(count + 1) }],
  knownTo: () => true,
}

/** Our own event store; a command is one `execute`, as the command API calls it. */
export const enter: Enter = async (database) => {
  const tableName = await database.table('annals', { keys: { pk: 'S', sk: 'N' }, stream: true })
  const client = createDynamoClient(database.client)
  const table = createDynamoCommitTable(client, tableName)
  const store = createEventStore(table, clock)
  const nameOf = (stream: string) => parseStreamName(stream).stream

  const commandWith = (stateCache: StateCache) => async (stream: string, id: string) => {
    const { commandId, digest, actorId, correlationId, causationId } = metadata(id)
    const command = { type: 'count', actorId }
    const ids = { commandId, digest, correlationId, causationId }
    const options = { store, clock, deadline: deadlineIn(10_000, clock), stateCache }
    await execute(aggregate, { stream: nameOf(stream), command, ...ids }, options)
  }

  return [
    {
      name: 'annals',
      wire: watch(client),
      table: tableName,
      async begin(stream, events) {
        const { head } = await store.load(nameOf(stream), deadlineIn(10_000))
        await store.append(head, commitOf([counted(1)], 'first'), deadlineIn(10_000))
        const loaded = await store.load(nameOf(stream), deadlineIn(10_000))
        const commit = commitOf(events, 'second')
        return async () => {
          await store.append(loaded.head, commit, deadlineIn(10_000))
        }
      },
      /** Bypasses the store to write in parallel, because each of the store's commits needs a load first. */
      async fill(stream, events) {
        const puts = Array.from({ length: events }, (_, i) => () => {
          const commit = { ...commitOf([counted(i + 1)], `${i}`), stream: nameOf(stream), version: i + 1 }
          const due = i > 0 && i % snapshotEvery === 0
          const snapshot = due ? { fold, state: { count: i, wrong: 0 } } : undefined
          return table.putNew(toItem(commit, snapshot), noReservations, 10_000)
        })
        await runAll(puts, 16)
      },
      async load(stream) {
        return stateAfter(aggregate, initial, await store.load(nameOf(stream), deadlineIn(10_000), { fold }))
      },
      command: commandWith(noStateCache),
      warmCommand: commandWith(createStateCache()),
      eventsOf: (item) => [...aggregate.events.decodeCommit(fromItem(unmarshall(item)))],
      close: () => client.destroy(),
    },
  ]
}

function commitOf(events: readonly Counted[], commandId: string): NewCommit {
  return {
    events: events.map((data) => aggregate.events.encode({ type: 'Counted', data })),
    ...metadata(commandId),
  }
}
