import { createDynamoClient } from '../../../commands/aws/dynamo-client.ts'
import { systemClock as clock, deadlineIn } from '../../../commands/aws/system-clock.ts'
import { createDynamoCommitTable } from '../../../commands/event-store/dynamo-commit-table.ts'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import type { Codec } from '../../../domain/kernel/codec.ts'
import type { Event } from '../../../domain/kernel/event.ts'
import { parseStreamName } from '../../../domain/kernel/stream.ts'
import { createDynamoRowStore } from '../../../projections/engine/dynamo-row-store.ts'
import { fleetVersions } from '../../kit/fleet/fleet.ts'
import * as history from '../../kit/fleet/history.ts'
import { sailor } from '../../kit/fleet/sailor.ts'
import { voyageEvents } from '../../kit/fleet/voyage-events.ts'
import { metadata } from '../contestants/contestant.ts'
import { used, watch } from '../wire.ts'
import type { Subject } from './subject.ts'

/** The projector's work for one commit that the stream delivers. */
export const projection: Subject = async ({ database }) => {
  const client = createDynamoClient(database.client)
  const wire = watch(client)
  const commits = await database.table('projection-events', { keys: { pk: 'S', sk: 'N' }, stream: true })
  const readModel = await database.table('projection-rows', { keys: { PK: 'S', SK: 'S' }, stream: false })
  const store = createEventStore(createDynamoCommitTable(client, commits), clock)
  const rows = createDynamoRowStore(client, readModel, clock)

  const project = async <E extends Event>(name: string, codec: Codec<E>, event: E) => {
    const { stream, aggregate } = parseStreamName(name)
    const { head } = await store.load(stream, deadlineIn(10_000))
    const commit = { events: [codec.encode(event)], ...metadata(`${name}-${head.version}`) }
    await store.append(head, commit, deadlineIn(10_000))
    const hint = [{ ...commit, stream, version: head.version + 1 }]
    return used(wire, async () => {
      for (const generation of fleetVersions.generationsOf(aggregate)) {
        // One read model for each category.
        if (generation.projection === 'cabins') continue
        await generation.catchUp(stream, { store, rows, clock, deadline: deadlineIn(10_000), hint })
      }
    })
  }
  await project('sailor-ann', sailor.events, { type: 'SailorEnlisted', data: { name: 'Ann' } })
  const changed = await project('sailor-ann', sailor.events, {
    type: 'SailorRenamed',
    data: { name: 'Anna' },
  })
  const planned = await project('voyage-atlas', voyageEvents, history.planned)
  const renamed = await project('voyage-atlas', voyageEvents, history.renamed('The atlas'))
  client.destroy()

  const row = (what: string, { usage }: typeof changed) => ({
    what,
    contestant: 'annals',
    figures: [usage.requests, usage.readUnits, usage.writeUnits],
  })
  const table = {
    title: 'A projection',
    about: 'One commit, as the stream delivers it, into the read model of its category. No row is over 1 KB.',
    columns: [{ name: 'requests' }, { name: 'RCU' }, { name: 'WCU' }],
    rows: [
      row('a change of a name: one row, which holds the guard', changed),
      row('a renaming of a voyage: the same, and a row in its log', renamed),
      row('a new voyage: guard, two rows and a counter in one transaction, and a row in its log', planned),
    ],
  }
  const { requests, writeUnits } = changed.usage
  const bar = {
    bar: 'one-row projection of a commit: ≤ 2 requests, 1 WCU per KB of row',
    measured: `${requests} requests, ${writeUnits} WCU`,
    met: requests <= 2 && writeUnits <= 1,
  }
  return { table, bars: [bar] }
}
