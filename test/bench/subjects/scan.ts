import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb'
import type { Contestant } from '../contestants/contestant.ts'
import type { Database } from '../database.ts'
import { runAll, spreadOf, timed } from '../measure.ts'
import { againstRaw, doesLess, ratioToRaw, type Subject } from './subject.ts'

const segments = 4

/** Reads all events back, as a replay does. */
export const scan: Subject = async (field) => {
  const { raw, others, size, database } = field
  for (const contestant of [raw, ...others]) {
    const { streams, events } = size.scanned
    const fills = Array.from({ length: streams }, (_, n) => () => contestant.fill(`bench-scan-${n}`, events))
    await runAll(fills, 4)
  }
  const compared = await againstRaw(field, (contestant) => eventsPerSecond(database, contestant))
  const rows = compared.map((each) => ({
    what: `scan, ${segments} segments`,
    contestant: each.contestant.name,
    figures: [
      spreadOf(each.own.map(({ events }) => events)).median,
      spreadOf(each.own.map(({ perSecond }) => perSecond)),
      ratioToRaw(each, ({ perSecond }) => perSecond),
    ],
  }))
  const table = {
    title: 'Reading everything back',
    about: `A parallel scan of the table of events in ${segments} segments, with every event decoded; ${size.scanned.streams} streams of ${size.scanned.events} events, one per commit.`,
    columns: [{ name: 'events' }, { name: 'events/s' }, { name: 'against raw', better: 'more' }],
    rows,
    reasons: {
      'equinox-js': packs,
      'equinox-js-snapshot': packs,
      castore: doesLess,
      'event-store-adapter-js': doesLess,
    },
  } as const
  return { table, bars: [] }
}

const packs =
  'It packs up to 32 KB of compressed events into an item, so there are fewer items and bytes to read.'

async function eventsPerSecond(
  database: Database,
  { table, eventsOf }: Contestant,
): Promise<{ events: number; perSecond: number }> {
  const client = new DynamoDBClient(database.client)
  let events = 0
  const read = async (segment: number) => {
    const input = { TableName: table, ConsistentRead: true, Segment: segment, TotalSegments: segments }
    for await (const { Items = [] } of paginateScan({ client }, input)) {
      for (const item of Items) events += eventsOf(item).length
    }
  }
  const { ms } = await timed(() =>
    Promise.all(Array.from({ length: segments }, (_, segment) => read(segment))),
  )
  client.destroy()
  return { events, perSecond: (events * 1000) / ms }
}
