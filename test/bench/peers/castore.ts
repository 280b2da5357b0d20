import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { EventStore, EventType, isEventAlreadyExistsError, tuple } from '@castore/core'
import { DynamoDBSingleTableEventStorageAdapter } from '@castore/event-storage-adapter-dynamodb'
import {
  type CommitMetadata,
  type Counted,
  counted,
  type Enter,
  eventType,
  evolve,
  initial,
  inThreeAttempts,
  metadata,
} from '../contestants/contestant.ts'
import { runAll } from '../measure.ts'
import { watch } from '../wire.ts'

interface Aggregate {
  readonly aggregateId: string
  readonly version: number
  readonly count: number
  readonly wrong: number
}

/**
 * Castore: an item for each event, and several events in a transaction. The table is the one in its README.
 */
export const enter: Enter = async (database) => {
  const table = await database.table('castore', {
    keys: { aggregateId: 'S', version: 'N' },
    index: { name: 'initialEvents', keys: { eventStoreId: 'S', timestamp: 'S' }, projection: 'KEYS_ONLY' },
    stream: true,
  })
  const client = new DynamoDBClient(database.client)
  const store = new EventStore({
    eventStoreId: 'BENCH',
    eventTypes: tuple(new EventType<typeof eventType, Counted, Partial<CommitMetadata>>({ type: eventType })),
    reducer: (
      aggregate: Aggregate | undefined,
      event: { aggregateId: string; version: number; payload: Counted },
    ): Aggregate => ({
      aggregateId: event.aggregateId,
      version: event.version,
      ...evolve(aggregate ?? initial, event.payload),
    }),
    eventStorageAdapter: new DynamoDBSingleTableEventStorageAdapter({
      tableName: table,
      dynamoDBClient: client,
    }),
  })

  const eventOf = (aggregateId: string, version: number, payload: Counted, commandId: string, place = 0) => {
    const { at: timestamp, ...rest } = metadata(commandId)
    // Metadata of a commit is stored once, with its first event.
    return {
      aggregateId,
      version,
      type: eventType,
      timestamp,
      payload,
      metadata: place === 0 ? rest : {},
    } as const
  }
  const load = async (stream: string) => (await store.getAggregate(stream)).aggregate ?? initial

  return [
    {
      name: 'castore',
      wire: watch(client),
      table,
      async begin(stream, events) {
        await store.pushEvent(eventOf(stream, 1, counted(1), 'first'))
        const made = events.map((data, place) => eventOf(stream, place + 2, data, 'second', place))
        const [first, second, ...others] = made.map((event) => store.groupEvent(event))
        const [only] = made
        if (first === undefined || only === undefined) throw new RangeError('a commit has at least one event')
        return async () => {
          if (second === undefined) await store.pushEvent(only)
          else await EventStore.pushEventGroup(first, second, ...others)
        }
      },
      async fill(stream, events) {
        const pushes = Array.from(
          { length: events },
          (_, i) => () => store.pushEvent(eventOf(stream, i + 1, counted(i + 1), `${i}`)),
        )
        await runAll(pushes, 16)
      },
      load,
      /** Its `Command` also makes three attempts. */
      command: (stream, commandId) =>
        inThreeAttempts(isEventAlreadyExistsError, async () => {
          const { count } = await load(stream)
          await store.pushEvent(eventOf(stream, count + 1, counted(count + 1), commandId))
        }),
      eventsOf: (item) => [unmarshall(item)['payload']],
      close: () => client.destroy(),
    },
  ]
}
