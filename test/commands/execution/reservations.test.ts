import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../../commands/event-store/memory-commit-table.ts'
import { execute } from '../../../commands/execution/execute.ts'
import { type Codec, codec } from '../../../domain/kernel/codec.ts'
import type { Aggregate, Command } from '../../../domain/kernel/decider.ts'
import type { Event } from '../../../domain/kernel/event.ts'
import type { EventStore } from '../../../domain/kernel/event-store.ts'
import type { Problem } from '../../../domain/kernel/problem.ts'
import type { Reservation } from '../../../domain/kernel/reservation.ts'
import { streamName } from '../../../domain/kernel/stream.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'
import { planned, stored } from '../../kit/fleet/history.ts'
import { type VoyageOrder, voyage } from '../../kit/fleet/voyage.ts'
import { voyageExecution } from '../../kit/fleet/voyage-execution.ts'
import { ample } from '../../kit/memory/read-side.ts'
import { newCommit } from '../../kit/stores/commits.ts'

/** Two voyages of Ann's, both without a ship. */
async function setUp() {
  const table = createMemoryCommitTable()
  const clock = manualClock()
  const store = createEventStore(table, clock)
  let made = 0
  const run = (id: string, order: VoyageOrder) => {
    made += 1
    const execution = voyageExecution(`run-${made}`, order, { stream: streamName(voyage.name, id) })
    return execute(voyage, execution, { store, clock, deadline: ample })
  }
  for (const id of ['one', 'two']) await run(id, { type: 'plan-voyage', name: 'Atlas' })
  const chartered = () => table.all().filter(({ events }) => events.includes('ShipChartered'))
  return { table, store, run, chartered }
}

const charter = { type: 'charter-ship', ship: 'Argo' } as const
const giveBack = { type: 'return-ship' } as const

describe('execute, for an aggregate that holds keys', () => {
  it('takes the key of a decision, and does not write it again if it does not change', async () => {
    const { table, run } = await setUp()
    const { cost } = await run('one', charter)
    expect(cost.writeUnits).toBe(4)
    expect(table.reserved()).toEqual([{ set: 'ship', key: 'argo', stream: 'voyage-one' }])
    expect((await run('one', { type: 'rename-voyage', name: 'Globe' })).cost.writeUnits).toBe(1)
    // Another spelling of the same ship.
    expect((await run('one', { ...charter, ship: 'ARGO' })).cost.writeUnits).toBe(1)
    expect(table.reserved()).toEqual([{ set: 'ship', key: 'argo', stream: 'voyage-one' }])
  })

  it('exchanges one key for another in one write', async () => {
    const { table, run } = await setUp()
    await run('one', charter)
    const { cost } = await run('one', { ...charter, ship: 'Beagle' })
    expect(cost.writeUnits).toBe(6)
    expect(table.reserved()).toEqual([{ set: 'ship', key: 'beagle', stream: 'voyage-one' }])
    await run('two', charter)
    expect(table.reserved()).toHaveLength(2)
  })

  it('refuses a key that another stream holds, by a rule of the aggregate', async () => {
    const { table, run, chartered } = await setUp()
    await run('one', charter)
    await expect(run('two', { ...charter, ship: 'ARGO' })).rejects.toMatchObject({
      code: 'taken',
      rule: 'ship-taken',
      message: 'Another voyage has chartered this ship. Choose another.',
      errors: [{ path: '/ship', message: 'Already in use.' }],
    })
    expect(chartered().map(({ pk }) => pk)).toEqual(['voyage-one'])
    expect(table.reserved()).toMatchObject([{ stream: 'voyage-one' }])
  })

  it('keeps its key if the wanted one is taken', async () => {
    const { table, run } = await setUp()
    await run('one', charter)
    await run('two', { ...charter, ship: 'Beagle' })
    await expect(run('two', charter)).rejects.toMatchObject({ code: 'taken' })
    expect(table.reserved().map(({ key, stream }) => `${key} ${stream}`)).toEqual([
      'argo voyage-one',
      'beagle voyage-two',
    ])
  })

  it('releases a key that a decision gives up, so another stream can take it', async () => {
    const { table, run } = await setUp()
    await run('one', charter)
    await run('one', giveBack)
    expect(table.reserved()).toEqual([])
    await run('two', charter)
    expect(table.reserved()).toMatchObject([{ stream: 'voyage-two' }])
  })

  it("releases the key in the state, even if today's rule would compute another", async () => {
    const { table, store, run } = await setUp()
    const shipKey = 'SHIP/Argo'
    const { head } = await store.load('voyage-three', ample)
    const events = [planned, { type: 'ShipChartered', data: { ship: 'Argo', shipKey } } as const].map(stored)
    await store.append(head, newCommit({ events }), ample, {
      reservations: { take: [{ set: 'ship', key: shipKey }], release: [] },
    })
    await run('three', giveBack)
    expect(table.reserved()).toEqual([])
  })

  it('gives the key to one of several rivals', async () => {
    const { run, chartered } = await setUp()
    for (const id of ['three', 'four']) await run(id, { type: 'plan-voyage', name: 'Atlas' })
    const outcomes = await Promise.allSettled(['one', 'two', 'three', 'four'].map((id) => run(id, charter)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(chartered()).toHaveLength(1)
  })

  const manyKeys: Aggregate<number, Command, Event> = {
    name: 'fleet',
    events: codec({ Fitted: { schema: 1, data: z.int() } }) as Codec<Event>, // the only event type
    initial: 0,
    evolve: (_, { data }) => Number(data),
    decide: ({ type }) => [{ type: 'Fitted', data: Number(type) }],
    knownTo: () => true,
    holds: (count) => Array.from({ length: count }, (_, n) => ({ set: 'mast', key: `${n}` })),
  }
  const equip = (store: EventStore, count: number, aggregate = manyKeys, id = 'one') =>
    execute(
      aggregate,
      {
        stream: streamName('fleet', id),
        command: { type: `${count}`, actorId: 'ann' },
        commandId: `equip-${id}-${count}`,
        digest: '',
        correlationId: '',
        causationId: '',
      },
      { store, clock: manualClock(), deadline: ample },
    )

  it('takes 99 keys in one commit, and refuses more, with their number', async () => {
    const { store, table } = await setUp()
    await expect(equip(store, 100)).rejects.toMatchObject({
      code: 'too-large',
      message: 'A command can take and release at most 99 keys together, and this one would change 100.',
    })
    expect(table.reserved()).toEqual([])
    await equip(store, 99)
    expect(table.reserved()).toHaveLength(99)
  })

  it('refuses a key that the table of reservations cannot hold', async () => {
    const { store } = await setUp()
    const holds = (count: number) => [{ set: 'mast', key: 'é'.repeat(513 * count) }]
    await expect(equip(store, 1, { ...manyKeys, holds })).rejects.toMatchObject({ code: 'too-large' })
  })

  it('answers a taken key with the text of the aggregate, with the key and without a path', async () => {
    const { store } = await setUp()
    const taken = ({ key }: Reservation) => ({ code: 'mast-in-use', detail: `Mast ${key} is in use.` })
    await equip(store, 1)
    const refused: Problem = await equip(store, 1, { ...manyKeys, taken }, 'two').catch((error) => error)
    expect(refused).toMatchObject({ code: 'taken', rule: 'mast-in-use', message: 'Mast 0 is in use.' })
    expect(refused.errors).toBeUndefined()
  })

  it('never answers with the name of a set', async () => {
    const { store } = await setUp()
    await equip(store, 1)
    const refused: Problem = await equip(store, 1, manyKeys, 'two').catch((error) => error)
    expect(refused).toMatchObject({
      code: 'taken',
      rule: undefined,
      message: 'This value is already in use. Choose another.',
    })
  })
})
