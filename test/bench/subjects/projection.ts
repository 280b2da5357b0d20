import { createDynamoClient } from '../../../commands/event-store/dynamo-client.ts'
import { createDynamoCommitTable } from '../../../commands/event-store/dynamo-commit-table.ts'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { systemClock as clock, deadlineIn } from '../../../commands/event-store/system-clock.ts'
import { parseStreamName } from '../../../domain/kernel/stream.ts'
import { type ProjectEvent, projectEvents } from '../../../domain/project/events.ts'
import { createDynamoRowStore } from '../../../projections/engine/dynamo-row-store.ts'
import { generationsOf } from '../../../projections/generations.ts'
import { metadata } from '../contestants/contestant.ts'
import { used, watch } from '../wire.ts'
import type { Subject } from './subject.ts'

/** What the projector does with one commit that the stream has delivered, where one row changes. */
export const projection: Subject = async ({ database }) => {
  const client = createDynamoClient(database.client)
  const wire = watch(client)
  const commits = await database.table('projection-events', { keys: { pk: 'S', sk: 'N' }, stream: true })
  const readModel = await database.table('projection-rows', { keys: { PK: 'S', SK: 'S' }, stream: false })
  const store = createEventStore(createDynamoCommitTable(client, commits), clock)
  const rows = createDynamoRowStore(client, readModel, clock)

  const { stream, aggregate } = parseStreamName('project-atlas')
  const project = async (event: ProjectEvent) => {
    const { head } = await store.load(stream, deadlineIn(10_000))
    const commit = { events: [projectEvents.encode(event)], ...metadata(`of-${head.version}`) }
    await store.append(head, commit, deadlineIn(10_000))
    const hint = [{ ...commit, stream, version: head.version + 1 }]
    return used(wire, async () => {
      for (const generation of generationsOf(aggregate)) {
        await generation.catchUp(stream, { store, rows, clock, deadline: deadlineIn(10_000), hint })
      }
    })
  }
  await project({ type: 'ProjectCreated', data: { ownerId: 'ann', title: 'Atlas', description: '' } })
  const { usage } = await project({ type: 'ProjectRenamed', data: { title: 'The atlas' } })
  client.destroy()

  const row = {
    what: 'a renaming, delivered',
    contestant: 'annals',
    figures: [usage.requests, usage.readUnits, usage.writeUnits],
  }
  const table = {
    title: 'A projection of one row',
    about:
      'One commit of a project, as the stream delivers it, into the read model of projects. Its row is under 1 KB.',
    columns: [{ name: 'requests' }, { name: 'RCU' }, { name: 'WCU' }],
    rows: [row],
  }
  const bar = {
    bar: 'one-row projection of a commit: ≤ 2 requests, 1 WCU per KB of row',
    measured: `${usage.requests} requests, ${usage.writeUnits} WCU`,
    met: usage.requests <= 2 && usage.writeUnits <= 1,
  }
  return { table, bars: [bar] }
}
