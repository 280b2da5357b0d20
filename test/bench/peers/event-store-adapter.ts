import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  type Aggregate,
  type AggregateId,
  type Event,
  EventStoreFactory,
  OptimisticLockError,
} from 'event-store-adapter-js'
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
  type State,
} from '../contestants/contestant.ts'
import { watch } from '../wire.ts'

interface CountedEvent extends Event<AggregateId> {
  readonly data: Counted
  readonly meta: Partial<CommitMetadata>
}

interface Counter extends Aggregate<Counter, AggregateId> {
  readonly state: State
}

/**
 * event-store-adapter-js: a journal of events and a table of snapshots, both read through an index. It
 * writes one transaction per event. A snapshot is written only with the first event, as in its README.
 */
export const enter: Enter = async (database) => {
  const tables = { keys: { pkey: 'S', skey: 'S' }, index: indexOf('aid-index') } as const
  const journal = await database.table('event-store-adapter-journal', { ...tables, stream: true })
  const snapshots = await database.table('event-store-adapter-snapshots', { ...tables, stream: false })
  const client = new DynamoDBClient(database.client)
  const store = EventStoreFactory.ofDynamoDB<AggregateId, Counter, CountedEvent>(
    client,
    journal,
    snapshots,
    'aid-index',
    'aid-index',
    32,
    eventFrom,
    counterFrom,
  )

  const first = async (stream: string) => {
    const event = eventOf(idOf(stream), 1, counted(1), 'first')
    const state = evolve(initial, event.data)
    await store.persistEventAndSnapshot(event, counterOf(event.aggregateId, state, 1))
  }
  const load = async (stream: string): Promise<{ state: State; version: number }> => {
    const snapshot = await store.getLatestSnapshotById(idOf(stream))
    if (snapshot === undefined) return { state: initial, version: 0 }
    const next = snapshot.state.count + 1
    const events = await store.getEventsByIdSinceSequenceNumber(snapshot.id, next)
    const state = events.reduce((before, { data }) => evolve(before, data), snapshot.state)
    return { state, version: snapshot.version }
  }

  return [
    {
      name: 'event-store-adapter-js',
      wire: watch(client),
      table: journal,
      /** It accepts one event at a time: three events are three transactions. */
      async begin(stream, events) {
        await first(stream)
        const made = events.map((data, place) => eventOf(idOf(stream), place + 2, data, 'second', place))
        return async () => {
          for (const event of made) await store.persistEvent(event, event.sequenceNumber - 1)
        }
      },
      async fill(stream, events) {
        await first(stream)
        for (let n = 2; n <= events; n++) {
          await store.persistEvent(eventOf(idOf(stream), n, counted(n), `${n}`), n - 1)
        }
      },
      load: async (stream) => (await load(stream)).state,
      command: (stream, commandId) =>
        inThreeAttempts(
          (error) => error instanceof OptimisticLockError,
          async () => {
            const { state, version } = await load(stream)
            const n = state.count + 1
            await store.persistEvent(eventOf(idOf(stream), n, counted(n), commandId), version)
          },
        ),
      eventsOf: (item) => [eventFrom(JSON.parse(new TextDecoder().decode(item['payload']?.B))).data],
      close: () => client.destroy(),
    },
  ]
}

function indexOf(name: string) {
  return { name, keys: { aid: 'S', seq_nr: 'N' }, projection: 'ALL' } as const
}

function idOf(stream: string): AggregateId {
  const value = stream.slice('bench-'.length)
  return { typeName: 'bench', value, asString: () => `bench-${value}` }
}

function eventOf(
  aggregateId: AggregateId,
  sequenceNumber: number,
  data: Counted,
  commandId: string,
  place = 0,
): CountedEvent {
  const { at, ...meta } = metadata(commandId)
  return {
    typeName: eventType,
    id: meta.commandId,
    aggregateId,
    sequenceNumber,
    occurredAt: new Date(at),
    isCreated: sequenceNumber === 1,
    data,
    // Metadata of a commit is stored once, with its first event.
    meta: place === 0 ? meta : {},
  }
}

function counterOf(id: AggregateId, state: State, version: number): Counter {
  return {
    typeName: 'bench',
    id,
    sequenceNumber: state.count,
    version,
    state,
    withVersion: (next) => counterOf(id, state, next),
    updateVersion: (update) => counterOf(id, state, update(version)),
  }
}

/** Its types declare a text, but it passes the parsed value. */
function eventFrom(json: unknown): CountedEvent {
  // `persistEvent` wrote this, with an id that has lost its functions.
  const { data } = json as { data: CountedEvent & { aggregateId: { value: string } } }
  return {
    ...data,
    aggregateId: idOf(`bench-${data.aggregateId.value}`),
    occurredAt: new Date(data.occurredAt),
  }
}

function counterFrom(json: unknown): Counter {
  // `persistEventAndSnapshot` wrote this, with an id that has lost its functions.
  const { data } = json as { data: { id: { value: string }; state: State; version: number } }
  return counterOf(idOf(`bench-${data.id.value}`), data.state, data.version)
}
