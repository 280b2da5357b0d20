import { type AttributeValue, DynamoDB } from '@aws-sdk/client-dynamodb'
import { CachingStrategy, Codec, Decider, LoadOption, MemoryCache, StreamId } from '@equinox-js/core'
import {
  AccessStrategy,
  DynamoStoreCategory,
  DynamoStoreClient,
  DynamoStoreContext,
  QueryOptions,
  TipOptions,
} from '@equinox-js/dynamo-store'
import {
  type CommitMetadata,
  type Contestant,
  type Counted,
  counted,
  type Enter,
  evolve,
  initial,
  metadata,
  type State,
} from '../contestants/contestant.ts'
import type { Database } from '../database.ts'
import { watch } from '../wire.ts'

type Event = { type: 'Counted'; data: Counted; meta?: CommitMetadata } | { type: 'Snapshot'; data: State }

/**
 * Equinox: a "tip" item that every commit updates and that is split off at 32 KB, its default. Events are
 * compressed, as in its own tests. It is entered twice: without a snapshot, and with one in the tip.
 */
export const enter: Enter = async (database) => [
  await equinox(database, 'equinox-js', AccessStrategy.Unoptimized()),
  await equinox(
    database,
    'equinox-js-snapshot',
    AccessStrategy.Snapshot<Event, State>(
      ({ type }) => type === 'Snapshot',
      (data) => ({ type: 'Snapshot', data }),
    ),
  ),
]

async function equinox(
  database: Database,
  name: string,
  access: AccessStrategy<Event, State>,
): Promise<Contestant> {
  const table = await database.table(name, { keys: { p: 'S', i: 'N' }, stream: true })
  const client = new DynamoDB(database.client)
  const context = new DynamoStoreContext({
    client: new DynamoStoreClient(client),
    tableName: table,
    tip: TipOptions.create({}),
    query: QueryOptions.create({}),
  })
  const codec = Codec.compress(
    Codec.json<Event, void>((event) => ('meta' in event ? { meta: event.meta } : {})),
  )
  const categoryWith = (caching: ReturnType<typeof CachingStrategy.Cache> | undefined) =>
    DynamoStoreCategory.create(context, 'bench', codec, fold, initial, caching, access)
  const cold = categoryWith(CachingStrategy.NoCache())
  // A cache for one stream, which is dropped with the stream. A cache of the default size, for a million
  // streams, takes 28 MB and 36 ms to create. One cache for all streams grows to hundreds of megabytes here.
  // Each compressed text of a tip keeps its 16 KB buffer in memory.
  const warm = () => categoryWith(CachingStrategy.Cache(new MemoryCache(1)))
  const deciderOf = (category: typeof cold, stream: string) =>
    Decider.forStream(category, StreamId.create(stream.slice('bench-'.length)), undefined)
  const eventOf = (data: Counted, commandId: string): Event => ({
    type: 'Counted',
    data,
    meta: metadata(commandId),
  })

  return {
    name,
    wire: watch(client),
    table,
    /** Uses its cache, so it appends without a load. */
    async begin(stream, events) {
      const decider = deciderOf(warm(), stream)
      await decider.transact(() => [eventOf(counted(1), 'first')], LoadOption.AssumeEmpty)
      const made = events.map((data, place) =>
        place === 0 ? eventOf(data, 'second') : ({ type: 'Counted', data } satisfies Event),
      )
      return () => decider.transact(() => made, LoadOption.AnyCachedValue)
    },
    async fill(stream, events) {
      const decider = deciderOf(warm(), stream)
      for (let n = 1; n <= events; n++) {
        const load = n === 1 ? LoadOption.AssumeEmpty : LoadOption.AnyCachedValue
        await decider.transact(() => [eventOf(counted(n), `${n}`)], load)
      }
    },
    load: (stream) => deciderOf(cold, stream).query((state) => state, LoadOption.RequireLeader),
    command: (stream, commandId) =>
      deciderOf(cold, stream).transact(
        ({ count }) => [eventOf(counted(count + 1), commandId)],
        LoadOption.RequireLeader,
      ),
    eventsOf: dataOf,
    close: () => client.destroy(),
  }
}

function fold(state: State, events: Event[]): State {
  return events.reduce(
    (before, event) => (event.type === 'Snapshot' ? event.data : evolve(before, event.data)),
    state,
  )
}

/** Its items hold a list of events, each with its body and the encoding of that body. */
function dataOf({ e }: Record<string, AttributeValue>): unknown[] {
  return (e?.L ?? []).map(({ M: event }) => {
    const body = Buffer.from(event?.['d']?.B ?? [])
    const json = Codec.smartDecompress({ encoding: Number(event?.['D']?.N ?? 0), body })
    return JSON.parse(String(json))
  })
}
