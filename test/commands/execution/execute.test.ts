import { describe, expect, it } from 'vitest'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../../commands/event-store/memory-commit-table.ts'
import { execute } from '../../../commands/execution/execute.ts'
import type { Execution } from '../../../commands/execution/execution.ts'
import { createStateCache } from '../../../commands/execution/state-cache.ts'
import type { Deadline } from '../../../domain/kernel/cost.ts'
import type { EventStore } from '../../../domain/kernel/event-store.ts'
import { noReservations } from '../../../domain/kernel/reservation.ts'
import { createFaults } from '../../../infra/local/index.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'
import { faultyCommitTable, faultyWire } from '../../kit/faults/faulty-ports.ts'
import { type VoyageCommand, type VoyageOrder, voyage } from '../../kit/fleet/voyage.ts'
import { stream, voyageExecution } from '../../kit/fleet/voyage-execution.ts'

const ample: Deadline = { left: () => 10_000 }

/** `warm` says whether the state after a command is cached for the next, as in a running function. */
function setUp(warm: boolean) {
  const memory = createMemoryCommitTable()
  const faults = createFaults()
  const table = faultyCommitTable(memory, faultyWire(faults))
  const clock = manualClock()
  const store = createEventStore(table, clock)
  const kept = warm ? { stateCache: createStateCache() } : {}
  let made = 0
  const run = (
    command: VoyageOrder & { readonly actorId?: string },
    over: Partial<Execution<VoyageCommand>> = {},
    options: Partial<{ store: EventStore; deadline: Deadline }> = {},
  ) => {
    made += 1
    const execution = voyageExecution(`command-${made}`, command, over)
    return execute(voyage, execution, { store, clock, deadline: ample, ...kept, ...options })
  }
  const events = async () =>
    (await store.load(stream, ample)).commits.flatMap((commit) => commit.events.map(({ type }) => type))
  return { run, events, store, table, faults, clock }
}

const plan = { type: 'plan-voyage', name: 'Atlas' } as const
const rename = { type: 'rename-voyage', name: 'Globe' } as const

describe.each([
  ['cold', false],
  ['with cached states', true],
])('execute, %s', (_, warm) => {
  it('decides on the stored events and appends', async () => {
    const { run, events } = setUp(warm)
    expect(await run(plan)).toMatchObject({ version: 1, events: [{ type: 'VoyagePlanned', version: 1 }] })
    expect(await run(rename)).toMatchObject({ version: 2, events: [{ type: 'VoyageRenamed', version: 2 }] })
    expect(await events()).toEqual(['VoyagePlanned', 'VoyageRenamed'])
  })

  it('answers with the version of the stream if there is nothing to do', async () => {
    const { run } = setUp(warm)
    await run(plan)
    expect(await run({ ...rename, name: 'Atlas' })).toMatchObject({ version: 1, events: [] })
  })

  it('gives a repeated command its first answer, even after later commits', async () => {
    const { run, events } = setUp(warm)
    const first = await run(plan, { commandId: 'key' })
    await run(rename)
    const again = await run(plan, { commandId: 'key' })
    expect(again).toMatchObject({ version: first.version, events: first.events })
    expect(await events()).toEqual(['VoyagePlanned', 'VoyageRenamed'])
  })

  it('answers a repeated command even if it would be refused by now', async () => {
    const { run } = setUp(warm)
    await run(plan)
    const first = await run(rename, { commandId: 'key' })
    await run({ type: 'postpone-voyage' })
    expect(await run(rename, { commandId: 'key' })).toMatchObject({
      version: first.version,
      events: first.events,
    })
  })

  it('answers with the stored events if another process decided differently under the same command id', async () => {
    const { run, store } = setUp(warm)
    await run(plan)
    const outrun: EventStore = {
      ...store,
      async append(head, commit, deadline) {
        // The code of another deployment decides two events for this command.
        const events = [...commit.events, ...commit.events]
        await store.append(head, { ...commit, events }, deadline)
        return store.append(head, commit, deadline)
      },
    }
    expect(await run(rename, {}, { store: outrun })).toMatchObject({
      version: 3,
      events: [
        { type: 'VoyageRenamed', version: 2 },
        { type: 'VoyageRenamed', version: 3 },
      ],
    })
  })

  it('refuses the same key with another body', async () => {
    const { run, events } = setUp(warm)
    await run(plan, { commandId: 'key' })
    await expect(run(plan, { commandId: 'key', digest: 'another' })).rejects.toMatchObject({
      code: 'key-reused',
    })
    expect(await events()).toEqual(['VoyagePlanned'])
  })

  it('refuses the same key with another body even if both arrive at once', async () => {
    const { run, events } = setUp(warm)
    const both = await Promise.allSettled([
      run(plan, { commandId: 'key', digest: 'one' }),
      run(plan, { commandId: 'key', digest: 'another' }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'key-reused' } })
    expect(await events()).toEqual(['VoyagePlanned'])
  })

  it('writes once if two commands with the same key arrive at once, and gives both the same answer', async () => {
    const { run, events } = setUp(warm)
    const [one, other] = await Promise.all([run(plan, { commandId: 'key' }), run(plan, { commandId: 'key' })])
    expect(one.events).toEqual(other.events)
    expect(await events()).toEqual(['VoyagePlanned'])
  })

  it('decides again if a rival was first', async () => {
    const { run, events } = setUp(warm)
    await run(plan)
    await Promise.all(Array.from({ length: 10 }, (_, i) => run({ ...rename, name: `Name ${i}` })))
    expect(await events()).toEqual(['VoyagePlanned', ...Array.from({ length: 10 }, () => 'VoyageRenamed')])
  })

  it('decides on the state that the rival left', async () => {
    const { run, events } = setUp(warm)
    await run(plan)
    const both = await Promise.allSettled([run({ type: 'postpone-voyage' }), run(rename)])
    const cached = await events()
    if (cached.at(-1) === 'VoyagePostponed' && cached.length === 2) {
      expect(both[1]).toMatchObject({ reason: { rule: 'voyage-postponed' } })
    } else {
      expect(cached).toEqual(['VoyagePlanned', 'VoyageRenamed', 'VoyagePostponed'])
    }
  })

  it('succeeds once if the answer to its write is lost', async () => {
    const { run, faults, events } = setUp(warm)
    faults.next('lose-answer', { at: /^putNew$/ })
    expect(await run(plan)).toMatchObject({ version: 1, events: [{ type: 'VoyagePlanned', version: 1 }] })
    expect(await events()).toEqual(['VoyagePlanned'])
  })

  it('accepts the version that the client names only if it is current', async () => {
    const { run } = setUp(warm)
    await run(plan)
    await expect(run(rename, { expectedVersion: 2 })).rejects.toMatchObject({ code: 'version-mismatch' })
    expect(await run(rename, { expectedVersion: 1 })).toMatchObject({ version: 2 })
  })

  it('checks the version before it decides, so an outdated client learns of that first', async () => {
    const { run } = setUp(warm)
    await run(plan)
    await run({ type: 'postpone-voyage' })
    await expect(run(rename, { expectedVersion: 1 })).rejects.toMatchObject({ code: 'version-mismatch' })
    await expect(run(rename, { expectedVersion: 2 })).rejects.toMatchObject({ rule: 'voyage-postponed' })
  })

  it('checks the command id before the version, so a repeat is answered and not refused', async () => {
    const { run } = setUp(warm)
    await run(plan)
    const first = await run(rename, { commandId: 'key', expectedVersion: 1 })
    expect(await run(rename, { commandId: 'key', expectedVersion: 1 })).toMatchObject({
      version: first.version,
      events: first.events,
    })
  })

  it('tells a stranger nothing, whatever version they name', async () => {
    const { run } = setUp(warm)
    await run(plan)
    await expect(run({ ...rename, actorId: 'bob' }, { expectedVersion: 9 })).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(run(rename, { stream: 'voyage-2', expectedVersion: 9 })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('stores nothing about a refusal, so the same key may be decided again', async () => {
    const { run } = setUp(warm)
    await run(plan)
    await run({ type: 'postpone-voyage' })
    await expect(run(rename, { commandId: 'key' })).rejects.toMatchObject({ rule: 'voyage-postponed' })
    await run({ type: 'resume-voyage' })
    expect(await run(rename, { commandId: 'key' })).toMatchObject({ events: [{ type: 'VoyageRenamed' }] })
  })

  it('gives up at its deadline if rivals are always first', async () => {
    const { run, store, clock } = setUp(warm)
    await run(plan)
    const contended: EventStore = {
      ...store,
      append: async () => ({ outcome: 'conflict', cost: { requests: 1, readUnits: 0, writeUnits: 1 } }),
    }
    const deadline = { left: () => 5000 - clock.elapsed() }
    await expect(run(rename, {}, { store: contended, deadline })).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 1,
    })
  })

  it('never dates a commit before the previous one, even if the clock jumps back', async () => {
    const { run, store, clock } = setUp(warm)
    await run(plan)
    clock.setNow(clock.now() - 60_000)
    await run(rename)
    const { commits } = await store.load(stream, ample)
    expect(commits[1]?.at).toBe(commits[0]?.at)
  })

  it('never skips an event that it does not know', async () => {
    const { run, table } = setUp(warm)
    await run(plan)
    await table.putNew(
      {
        pk: stream,
        sk: 2,
        events: JSON.stringify([{ type: 'VoyageWrecked', schema: 1, data: {} }]),
        count: 1,
        commandId: 'x',
        digest: 'x',
        at: '2026-01-01T00:00:00.000Z',
        actorId: 'ann',
        correlationId: 'x',
        causationId: 'x',
      },
      noReservations,
      1000,
    )
    await expect(run(rename)).rejects.toMatchObject({
      code: 'unreadable',
      message: expect.stringMatching(/ Command \S+ on voyage-\S+\.$/),
    })
  })
})
