import { createDynamoClient } from '../../../commands/aws/dynamo-client.ts'
import { systemClock as clock, deadlineIn } from '../../../commands/aws/system-clock.ts'
import { createDynamoCommitTable } from '../../../commands/event-store/dynamo-commit-table.ts'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { execute } from '../../../commands/execution/execute.ts'
import type { Commit, StoredEvent } from '../../../domain/kernel/event.ts'
import type { StreamName } from '../../../domain/kernel/stream.ts'
import { createDynamoRowStore } from '../../../projections/engine/dynamo-row-store.ts'
import { createDynamoParkedStreams } from '../../../projections/publishing/dynamo-parked-streams.ts'
import { forwardBatch } from '../../../projections/publishing/forward-batch.ts'
import { fleetCatalogue, fleetVersions } from '../../kit/fleet/fleet.ts'
import * as history from '../../kit/fleet/history.ts'
import { voyage } from '../../kit/fleet/voyage.ts'
import { voyageExecution } from '../../kit/fleet/voyage-execution.ts'
import { newCommit } from '../../kit/stores/commits.ts'
import { used, watch } from '../wire.ts'
import type { Subject } from './subject.ts'

const ample = () => deadlineIn(60_000)
/** Makes a commit of the fleet a little less than 1 KB. */
const filling = 'x'.repeat(600)

/** The cost of work that waits, and of a load without a cache. No cost may grow with the backlog. */
export const waiting: Subject = async ({ database, size }) => {
  const client = createDynamoClient(database.client)
  const wire = watch(client)
  const commits = await database.table('waiting-events', { keys: { pk: 'S', sk: 'N' }, stream: false })
  const readModel = await database.table('waiting-rows', { keys: { PK: 'S', SK: 'S' }, stream: false })
  const store = createEventStore(createDynamoCommitTable(client, commits), clock)
  const rows = createDynamoRowStore(client, readModel, clock)
  const backlog = size.growth
  const reads = async (act: () => Promise<unknown>) => (await used(wire, act)).usage.readUnits

  /** In a busy stream, all of the newest commits are from the last two minutes. */
  const command = (n: number) =>
    execute(voyage, voyageExecution(`busy-${n}`, { type: 'rename-voyage', name: `${n} ${filling}` }), {
      store,
      clock,
      deadline: ample(),
    })
  const creation = voyageExecution('creation', { type: 'plan-voyage', name: 'Atlas' })
  await execute(voyage, creation, { store, clock, deadline: ample() })
  let cold = 0
  for (let n = 0; n < 160; n++) cold = Math.max(cold, await reads(() => command(n)))

  const append = async (stream: StreamName, ...events: StoredEvent[]): Promise<Commit> => {
    const { head } = await store.load(stream, ample(), { fold: 'none' })
    const appended = await store.append(head, newCommit({ events }), ample())
    if (appended.outcome !== 'appended') throw new Error('no other process appends')
    return appended.commit
  }
  const renamed = history.stored(history.renamed(filling))
  const grow = async (stream: StreamName, count: number) => {
    let { head } = await store.load(stream, ample())
    for (let n = 0; n < count; n++) {
      const appended = await store.append(head, newCommit({ events: [renamed] }), ample())
      if (appended.outcome === 'appended') head = appended.head
    }
  }

  await append('voyage-parked', history.stored(history.planned))
  const failing = await append('voyage-parked', history.wrecked)
  const forward = (commit: Commit) =>
    forwardBatch([{ stream: commit.stream, version: commit.version, sequenceNumber: '1', commit }], {
      store,
      parked: createDynamoParkedStreams(client, readModel, clock),
      catalogue: fleetCatalogue,
      bus: { put: async (entries) => entries.map(() => undefined) },
      clock,
      deadline: ample(),
    })
  await forward(failing)
  await grow('voyage-parked', backlog)
  const last = await append('voyage-parked', renamed)
  const parked = await reads(() => forward(last))

  await append('voyage-long', history.stored(history.planned))
  await grow('voyage-long', backlog)
  const whole = await reads(() => store.load('voyage-long', ample()))
  const [generation] = fleetVersions.generationsOf('voyage')
  const caughtUp = await reads(async () =>
    generation?.catchUp('voyage-long', { store, rows, clock, deadline: ample() }),
  )
  client.destroy()

  const row = (what: string, units: number) => ({ what, contestant: 'annals', figures: [units] })
  const table = {
    title: 'Work that waits',
    about: `Read units. Commits are just under 1 KB. ${backlog} of them wait, and 160 are from the last two minutes.`,
    columns: [{ name: 'RCU' }],
    rows: [
      row('a command on a busy stream that is not cached, at most', cold),
      row('the forwarder, for a commit on a parked stream', parked),
      row('catching up with a long stream', caughtUp),
      row('reading that stream once', whole),
    ],
  }
  const bars = [
    { bar: 'cold load: ≤ 8 RCU', measured: `${cold} RCU`, met: cold <= 8 },
    { bar: 'forwarder on a parked stream: ≤ 2 RCU', measured: `${parked} RCU`, met: parked <= 2 },
    {
      bar: 'catching up reads each page once',
      measured: `${caughtUp} RCU, of ${whole}`,
      // The guard, and one page that overlaps another.
      met: caughtUp <= whole + 5,
    },
  ]
  return { table, bars }
}
