import { type DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { createDynamoClient } from '../../../commands/aws/dynamo-client.ts'
import { systemClock as clock, deadlineIn } from '../../../commands/aws/system-clock.ts'
import { createDynamoCommitTable } from '../../../commands/event-store/dynamo-commit-table.ts'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import type { EventStore } from '../../../domain/kernel/event-store.ts'
import { streamName } from '../../../domain/kernel/stream.ts'
import { userEvents } from '../../../domain/user/events.ts'
import { createDynamoRowStore } from '../../../projections/engine/dynamo-row-store.ts'
import { anyGeneration } from '../../../projections/generations/any-generation.ts'
import { createDynamoGenerationLists } from '../../../projections/generations/dynamo-generation-lists.ts'
import { type GenerationList, withBuild } from '../../../projections/generations/generation-list.ts'
import { createDynamoCheckpoints } from '../../../projections/rebuild/replay/dynamo-checkpoints.ts'
import { replay as replayGeneration } from '../../../projections/rebuild/replay/replay.ts'
import { createDynamoCommitScan } from '../../../projections/rebuild/walk/dynamo-commit-scan.ts'
import { usersV1 } from '../../../projections/user/v1/projection.ts'
import { versions } from '../../../projections/versions.ts'
import { metadata } from '../contestants/contestant.ts'
import { inPairs, ratios, runAll, spreadOf, timed } from '../measure.ts'
import { format } from '../report.ts'
import { type Usage, used, watch } from '../wire.ts'
import type { Subject } from './subject.ts'

const segments = 4
/** Number of streams that a replay writes at the same time in a segment. */
const concurrency = 8

/** Folds every event, and writes the row of each stream under its condition. */
export const replay: Subject = async ({ database, size }) => {
  const client = createDynamoClient(database.client)
  const wire = watch(client)
  const commits = await database.table('replay-events', { keys: { pk: 'S', sk: 'N' }, stream: true })
  const readModel = await database.table('replay-rows', { keys: { PK: 'S', SK: 'S' }, stream: false })
  const store = createEventStore(createDynamoCommitTable(client, commits), clock)
  const { streams, events } = size.replayed
  await runAll(
    Array.from({ length: streams }, (_, n) => () => fill(store, n, events)),
    16,
  )

  const rows = createDynamoRowStore(client, readModel, clock)
  const lists = createDynamoGenerationLists(client, readModel, clock)
  const checkpoints = createDynamoCheckpoints(client, readModel, clock)
  // Without the counters by day: raw has no counters.
  const { record: _, ...projection } = usersV1
  const generationOf = (generation: number) => anyGeneration({ projection, generation })
  const annals = async () => {
    const read = (await lists.read(['users'])).lists
    // As operators do: the previous generation is finished, and a new one is listed.
    const list: GenerationList = versions.listOf('users', read)
    const begun = withBuild(list, projection.version, segments, (number) => generationOf(number).id)
    await lists.move('users', begun.list)
    return measured(() =>
      replayGeneration(generationOf(list.next), {
        store,
        rows,
        versions,
        lists,
        checkpoints,
        clock,
        segments,
        signal: new AbortController().signal,
        scanOf: (segment) => createDynamoCommitScan(client, commits, { segment, segments }),
      }),
    )
  }
  let round = 0
  const raw = () => {
    round += 1
    return measured(() => replayRaw(client, commits, readModel, `raw.${round}`))
  }
  const measured = async (run: () => Promise<unknown>) => {
    const { value, ms } = await timed(() => used(wire, run))
    return { usage: value.usage, perSecond: (streams * events * 1000) / ms }
  }
  const [ofRaw, ofAnnals] = await inPairs(size.rounds, [raw, annals])
  client.destroy()

  const perSecond = (some: typeof ofRaw) => some.map((one) => one.perSecond)
  const ratio = spreadOf(ratios(perSecond(ofAnnals), perSecond(ofRaw)))
  const row = (contestant: string, some: typeof ofRaw, against?: typeof ratio) => {
    const { requests = 0, readUnits = 0, writeUnits = 0 }: Partial<Usage> = some[0]?.usage ?? {}
    return {
      what: 'replay',
      contestant,
      figures: [requests, readUnits, writeUnits, spreadOf(perSecond(some)), against],
    }
  }
  const table = {
    title: 'Replay',
    about: `${streams} streams of ${events} events, one per commit, are read in ${segments} segments and folded. One row for each stream is put under a condition, ${concurrency} at a time in a segment. Annals also writes checkpoints, and checks whether the replay was cancelled.`,
    columns: [
      { name: 'requests' },
      { name: 'RCU' },
      { name: 'WCU' },
      { name: 'events/s' },
      { name: 'against raw', better: 'more' as const },
    ],
    rows: [row('raw', ofRaw), row('annals', ofAnnals, ratio)],
  }
  const bar = {
    bar: 'replay against a raw parallel scan plus conditional puts of the same rows: ≥ 0.7',
    measured: format(ratio),
    met: ratio.median >= 0.7,
  }
  return { table, bars: [bar] }
}

/** A person who signs up, and changes their name with every further event. */
async function fill(store: EventStore, n: number, events: number): Promise<void> {
  const deadline = deadlineIn(60_000)
  let { head } = await store.load(streamName('user', `bench-replay-${n}`), deadline)
  for (let version = 1; version <= events; version++) {
    const email = `person-${n}@example.com`
    const event =
      version === 1
        ? ({ type: 'UserRegistered', data: { email, emailKey: email, name: `Person ${n}` } } as const)
        : ({ type: 'UserProfileChanged', data: { name: `Person ${n} the ${version}th` } } as const)
    const commit = { events: [userEvents.encode(event)], ...metadata(`replay-${n}-${version}`) }
    const appended = await store.append(head, commit, deadline)
    if (appended.outcome !== 'appended') throw new Error('no other process appends')
    head = appended.head
  }
}

/**
 * The least work that leaves the same rows: scan, fold, and put the changed streams of each page one after
 * another.
 */
async function replayRaw(
  client: DynamoDBDocumentClient,
  commits: string,
  readModel: string,
  name: string,
): Promise<void> {
  const scan = async (Segment: number) => {
    const states = new Map<string, { version: number; state: Record<string, unknown> }>()
    let ExclusiveStartKey: Record<string, unknown> | undefined
    do {
      const page = await client.send(
        new ScanCommand({
          TableName: commits,
          ConsistentRead: true,
          Segment,
          TotalSegments: segments,
          ...(ExclusiveStartKey && { ExclusiveStartKey }),
        }),
      )
      const changed = new Map<string, number>()
      for (const { pk, at, events } of page.Items ?? []) {
        const known = states.get(pk) ?? { version: 0, state: {} }
        if (!changed.has(pk)) changed.set(pk, known.version)
        for (const { data } of JSON.parse(events)) {
          known.state = { ...known.state, status: 'registered', ...data, createdAt: at, updatedAt: at }
          known.version += 1
        }
        states.set(pk, known)
      }
      const puts = [...changed].map(([stream, from]) => () => {
        const { version, state } = states.get(stream) ?? { version: 0, state: {} }
        return client.send(
          new PutCommand({
            TableName: readModel,
            Item: { PK: `${name}#${stream}`, SK: 'guard', version, state: JSON.stringify(state) },
            ConditionExpression: from === 0 ? 'attribute_not_exists(PK)' : '#version = :from',
            ...(from > 0 && {
              ExpressionAttributeNames: { '#version': 'version' },
              ExpressionAttributeValues: { ':from': from },
            }),
          }),
        )
      })
      await runAll(puts, concurrency)
      ExclusiveStartKey = page.LastEvaluatedKey
    } while (ExclusiveStartKey !== undefined)
  }
  await Promise.all(Array.from({ length: segments }, (_, segment) => scan(segment)))
}
