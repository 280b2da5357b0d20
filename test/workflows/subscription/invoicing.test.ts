import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../../commands/event-store/memory-commit-table.ts'
import { execute } from '../../../commands/execution/execute.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import { type StreamName, streamName } from '../../../domain/kernel/stream.ts'
import { monthAt } from '../../../domain/subscription/months.ts'
import { type SubscriptionCommand, subscription } from '../../../domain/subscription/subscription.ts'
import { createMemoryRowStore } from '../../../projections/engine/memory-row-store.ts'
import { switchedTo, withBuild, withStatus } from '../../../projections/generations/generation-list.ts'
import { createMemoryGenerationLists } from '../../../projections/generations/memory-generation-lists.ts'
import { createSubscribers } from '../../../projections/subscription/subscribers.ts'
import { versions } from '../../../projections/versions.ts'
import { invoicingHandler } from '../../../workflows/subscription/invoicing.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'
import { ample } from '../../kit/memory/read-side.ts'

/** An event store and a read model in memory, for people with plans from January 2026 on. */
function setUp() {
  const table = createMemoryCommitTable()
  const clock = manualClock()
  const store = createEventStore(table, clock)
  const rows = createMemoryRowStore()
  const lists = createMemoryGenerationLists()
  const lines: { message: unknown; extra: unknown }[] = []
  const log = (message: unknown, ...[extra]: unknown[]) => {
    lines.push({ message, extra })
  }
  const loads: StreamName[] = []
  /** Streams that cannot be loaded. */
  const broken = new Set<StreamName>()
  const atOnce = { now: 0, most: 0 }
  const load: typeof store.load = async (stream, ...rest) => {
    loads.push(stream)
    if (broken.has(stream)) throw new Problem('unreadable', 'Spoilt.')
    atOnce.now += 1
    atOnce.most = Math.max(atOnce.most, atOnce.now)
    await setImmediate()
    return store.load(stream, ...rest).finally(() => {
      atOnce.now -= 1
    })
  }
  const handler = invoicingHandler({
    store: { ...store, load },
    subscribers: createSubscribers(versions, rows, lists, clock),
    clock,
    logger: { info: log, error: log },
  })
  let commands = 0
  const send = (
    person: string,
    command: Omit<SubscriptionCommand, 'actorId' | 'month'> & { plan?: 'pro' },
  ) => {
    const all = { ...command, actorId: person, month: monthAt(clock.now()) } as SubscriptionCommand // one of the two types below
    const stream = streamName(subscription.name, person)
    commands += 1
    const ids = { commandId: `${commands}`, digest: '', correlationId: 'c', causationId: 'c' }
    return execute(subscription, { stream, command: all, ...ids }, { store, clock, deadline: ample })
  }
  return {
    clock,
    lists,
    rows,
    lines,
    table,
    loads,
    atOnce,
    broken,
    handler,
    choose: (person: string) => send(person, { type: 'change-plan', plan: 'pro' }),
    cancel: (person: string) => send(person, { type: 'cancel-subscription' }),
    /** Runs the invoicing at a moment, with this time left. */
    run: (at: string, left: () => number = () => 900_000) => {
      clock.setNow(Date.parse(at))
      loads.length = 0
      return handler({}, { awsRequestId: 'request', getRemainingTimeInMillis: left })
    },
    /** Catches up the read model, in its first generation or another. */
    async project(generation = 1) {
      const streams = new Set(table.all().map(({ pk }) => pk as StreamName)) // the table holds the names of the appended streams
      const options = { store, rows, clock, deadline: ample }
      for (const stream of streams)
        await versions.newestOf('subscriptions').generation(generation).catchUp(stream, options)
    },
    /** The issued invoices, by person and month. */
    issued: () =>
      table
        .all()
        .flatMap(({ pk, events }) =>
          [JSON.parse(events)]
            .flat()
            .flatMap(({ type, data }) =>
              type === 'InvoiceIssued' ? [`${pk.replace('subscription-', '')} ${data.period}`] : [],
            ),
        ),
  }
}

describe('the daily run', () => {
  it('issues the invoices of the last month, as billing, and nothing the next day', async () => {
    const { choose, project, run, issued, loads, lines, table } = setUp()
    for (const person of ['ann', 'bob']) await choose(person)
    await project()
    await run('2026-01-31T00:30:00.000Z')
    expect(issued()).toEqual([])
    await run('2026-02-01T00:30:00.000Z')
    expect(issued().toSorted()).toEqual(['ann 2026-01', 'bob 2026-01'])
    expect(table.all().map(({ sk, actorId }) => [sk, actorId])).toEqual([
      [1, 'ann'],
      [2, 'billing'],
      [1, 'bob'],
      [2, 'billing'],
    ])
    expect(lines.at(-1)).toEqual({
      message: 'invoices issued',
      extra: { subscriptions: 2, invoices: 2, failed: 0, until: '2026-01', correlationId: 'request' },
    })
    await project()
    await run('2026-02-02T00:30:00.000Z')
    expect(loads).toEqual([])
    await run('2026-03-01T00:30:00.000Z')
    expect(issued().toSorted()).toEqual(['ann 2026-01', 'ann 2026-02', 'bob 2026-01', 'bob 2026-02'])
  })

  it('issues every missing month, and the last one of a cancelled plan', async () => {
    const { choose, cancel, clock, project, run, issued, rows } = setUp()
    await choose('ann')
    await choose('bob')
    clock.setNow(Date.parse('2026-02-10T12:00:00.000Z'))
    await cancel('bob')
    await project()
    await run('2026-04-01T00:30:00.000Z')
    expect(issued().toSorted()).toEqual([
      'ann 2026-01',
      'ann 2026-02',
      'ann 2026-03',
      'bob 2026-01',
      'bob 2026-02',
    ])
    await project()
    const subscribers = rows.rows().filter(({ PK }) => PK.includes('#subscribers#'))
    expect(subscribers.map(({ SK }) => SK)).toEqual(['2026-04#subscription-ann'])
  })

  it('issues nothing twice if the read model lags behind', async () => {
    const { choose, project, run, issued } = setUp()
    await choose('ann')
    await project()
    await run('2026-02-01T00:30:00.000Z')
    await run('2026-02-01T00:31:00.000Z')
    await Promise.all([run('2026-02-02T00:30:00.000Z'), run('2026-02-02T00:30:00.000Z')])
    expect(issued()).toEqual(['ann 2026-01'])
  })

  it('finds on the next day a person who chose a plan at the end of the month', async () => {
    const { choose, clock, project, run, issued } = setUp()
    clock.setNow(Date.parse('2026-01-31T23:59:59.999Z'))
    await choose('ann')
    await run('2026-02-01T00:30:00.000Z')
    expect(issued()).toEqual([])
    await project()
    await run('2026-02-02T00:30:00.000Z')
    expect(issued()).toEqual(['ann 2026-01'])
  })

  it('issues an invoice that is late for a month, although that month was already tried', async () => {
    const { choose, cancel, clock, project, run, issued } = setUp()
    await choose('ann')
    await cancel('ann')
    await project()
    await run('2026-03-01T00:30:00.000Z')
    clock.setNow(Date.parse('2026-02-28T23:59:59.999Z'))
    await choose('ann')
    await project()
    await run('2026-03-02T00:30:00.000Z')
    expect(issued()).toEqual(['ann 2026-01', 'ann 2026-02'])
  })

  it('reads the live generation', async () => {
    const { choose, lists, project, run, issued } = setUp()
    await choose('ann')
    await project(2)
    const begun = withBuild(
      versions.listOf('subscriptions', new Map()),
      1,
      1,
      (number) => `subscriptions.v1.${number}`,
    )
    const built = withStatus(begun.list, begun.id, 'built')
    for (const list of [begun.list, built]) await lists.move('subscriptions', list)
    await run('2026-02-01T00:30:00.000Z')
    expect(issued()).toEqual([])
    await lists.move('subscriptions', switchedTo(built, begun.id, '2026-02-01T01:00:00.000Z'))
    await run('2026-02-02T00:30:00.000Z')
    expect(issued()).toEqual(['ann 2026-01'])
  })
})

describe('a subscription that cannot be invoiced', () => {
  it('delays no other, is logged, and makes the run fail, so that it is retried', async () => {
    const { choose, project, run, issued, broken, lines } = setUp()
    for (const person of ['ann', 'bob', 'carol']) await choose(person)
    await project()
    broken.add('subscription-bob')
    await expect(run('2026-02-01T00:30:00.000Z')).rejects.toThrow('1 of 3 subscriptions failed')
    expect(issued().toSorted()).toEqual(['ann 2026-01', 'carol 2026-01'])
    expect(lines).toMatchObject([
      {
        message: 'invoices not issued',
        extra: { stream: 'subscription-bob', month: '2026-01', until: '2026-01', correlationId: 'request' },
      },
      { message: 'invoices issued', extra: { subscriptions: 3, invoices: 2, failed: 1 } },
    ])
    broken.clear()
    await project()
    await run('2026-02-01T00:31:00.000Z')
    expect(issued()).toHaveLength(3)
  })

  it('is not tried if the list cannot be read: the run fails', async () => {
    const { choose, project, run, issued, rows } = setUp()
    await choose('ann')
    await project()
    rows.list = async () => {
      throw new Problem('unavailable', 'The read model did not answer in time.')
    }
    await expect(run('2026-02-01T00:30:00.000Z')).rejects.toMatchObject({ code: 'unavailable' })
    expect(issued()).toEqual([])
  })
})

describe('two thousand subscribers', () => {
  const people = Array.from({ length: 2000 }, (_, index) => `person${index}`)

  it('are invoiced once each, at most ten at a time, by several runs that run out of time', async () => {
    const { choose, project, run, issued, loads, atOnce } = setUp()
    for (const person of people) await choose(person)
    await project()
    // Enough time for 900 of them.
    const short = () => (loads.length < 900 ? 60_000 : 10_000)
    await expect(run('2026-02-01T00:30:00.000Z', short)).rejects.toThrow('There was not enough time')
    expect(issued().length).toBeGreaterThanOrEqual(900)
    expect(issued().length).toBeLessThan(920)
    expect(atOnce.most).toBe(10)
    await project()
    await expect(run('2026-02-01T00:46:00.000Z', short)).rejects.toThrow('There was not enough time')
    await project()
    await run('2026-02-01T01:03:00.000Z', short)
    expect(issued().toSorted()).toEqual(people.map((person) => `${person} 2026-01`).toSorted())
    await project()
    await run('2026-02-02T00:30:00.000Z')
    expect(loads).toEqual([])
  })
})
