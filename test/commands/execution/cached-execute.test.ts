import { describe, expect, it } from 'vitest'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../../commands/event-store/memory-commit-table.ts'
import { execute } from '../../../commands/execution/execute.ts'
import type { Execution } from '../../../commands/execution/execution.ts'
import { createStateCache, type StateCache } from '../../../commands/execution/state-cache.ts'
import type { Deadline } from '../../../domain/kernel/cost.ts'
import type { EventStore } from '../../../domain/kernel/event-store.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import { createFaults } from '../../../infra/local/index.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'
import { faultyCommitTable, faultyWire } from '../../kit/faults/faulty-ports.ts'
import { type VoyageCommand, type VoyageOrder, voyage } from '../../kit/fleet/voyage.ts'
import { stream, voyageExecution } from '../../kit/fleet/voyage-execution.ts'
import { ample } from '../../kit/memory/read-side.ts'
import { newCommit } from '../../kit/stores/commits.ts'

/** Processes of one backend: each has its own cached states, and faults happen to its own writes. */
function setUp() {
  const memory = createMemoryCommitTable()
  const clock = manualClock()
  let made = 0
  const processOf = (stateCache?: StateCache) => {
    const faults = createFaults()
    const table = faultyCommitTable(memory, faultyWire(faults))
    const store = createEventStore(table, clock)
    const run = (
      command: VoyageOrder,
      over: Partial<Execution<VoyageCommand>> = {},
      options: Partial<{ store: EventStore; deadline: Deadline }> = {},
    ) => {
      made += 1
      const execution = voyageExecution(`command-${made}`, command, over)
      const kept = stateCache && { stateCache }
      return execute(voyage, execution, { store, clock, deadline: ample, ...kept, ...options })
    }
    return { run, table, faults, store, stateCache: stateCache ?? createStateCache() }
  }
  const ours = processOf(createStateCache())
  const other = processOf(createStateCache())
  const cold = processOf()
  const names = () =>
    memory.all().flatMap(({ events }) => JSON.parse(events).map(({ data }: Named) => data.name))
  const deadlineIn = (milliseconds: number): Deadline => {
    const end = clock.elapsed() + milliseconds
    return { left: () => end - clock.elapsed() }
  }
  return { ours, other, cold, memory, clock, names, deadlineIn }
}

interface Named {
  readonly data: { readonly name?: string }
}

/** Several processes, the first of which has cached a voyage at version 1. */
async function warmedUp() {
  const all = setUp()
  await all.ours.run(plan, { commandId: 'creation' })
  return all
}

const plan = { type: 'plan-voyage', name: 'Atlas' } as const
const postpone = { type: 'postpone-voyage' } as const
const resume = { type: 'resume-voyage' } as const
const rename = (name: string) => ({ type: 'rename-voyage', name }) as const

const onePut = { requests: 1, readUnits: 0, writeUnits: 1 }
const oneLook = { requests: 1, readUnits: 1, writeUnits: 0 }
const lookAndPut = { requests: 2, readUnits: 1, writeUnits: 1 }
/** A refused put, a load and a put. */
const refusedPutFirst = { requests: 3, readUnits: 1, writeUnits: 2 }

describe('a command on a cached stream', () => {
  it('is one request that reads nothing, whatever the length of the stream', async () => {
    const { ours } = await warmedUp()
    for (let n = 2; n < 100; n++) {
      const { version, cost } = await ours.run(rename(`Name ${n}`))
      expect({ version, cost }).toEqual({ version: n, cost: onePut })
    }
  })

  it('needs one earlier load, whatever the length of the stream', async () => {
    const { ours, other } = await warmedUp()
    expect((await other.run(rename('Globe'))).cost).toEqual(lookAndPut)
    expect((await other.run(rename('Maps'))).cost).toEqual(onePut)
    expect((await ours.run(rename('Plans'))).version).toBe(4)
  })

  it('loads once before it refuses', async () => {
    const { ours, memory } = await warmedUp()
    await ours.run(postpone)
    const { query } = memory
    const ranges: unknown[] = []
    memory.query = (of, range, ...rest) => {
      ranges.push(range)
      return query(of, range, ...rest)
    }
    await expect(ours.run(rename('Globe'))).rejects.toMatchObject({ rule: 'voyage-postponed' })
    expect(ranges).toMatchObject([{ to: 3, order: 'backward' }])
    expect(ours.table.puts).toHaveLength(2)
  })

  it('loads once before it answers that there is nothing to do', async () => {
    const { ours } = await warmedUp()
    expect(await ours.run(rename('Atlas'))).toEqual({ version: 1, events: [], cost: oneLook })
  })

  it('is not refused if a rival has made it possible', async () => {
    const { ours, other } = await warmedUp()
    await ours.run(postpone)
    await other.run(resume)
    expect(await ours.run(rename('Globe'))).toMatchObject({ version: 4, cost: lookAndPut })
  })

  it('is refused if a rival has made it impossible', async () => {
    const { ours, other, names } = await warmedUp()
    await other.run(postpone)
    await expect(ours.run(rename('Globe'))).rejects.toMatchObject({ rule: 'voyage-postponed' })
    expect(names()).toEqual(['Atlas', undefined])
  })

  it('is executed if a rival has made it necessary again', async () => {
    const { ours, other } = await warmedUp()
    await other.run(rename('Globe'))
    expect(await ours.run(rename('Atlas'))).toMatchObject({ version: 3, cost: lookAndPut })
  })

  it('reads only the commits that it has missed, however many there are', async () => {
    const { ours, cold } = await warmedUp()
    for (let n = 0; n < 50; n++) await ours.run(rename(`${'long '.repeat(20)}${n}`))
    for (let n = 0; n < 8; n++) await cold.run(rename(`Name ${n}`))
    const { cost, version } = await ours.run(rename('Globe'))
    expect(version).toBe(60)
    expect(cost.readUnits).toBeLessThan((await cold.run(rename('Maps'))).cost.readUnits)
  })

  it('never has an earlier date than the previous commit, even if the clock jumps back', async () => {
    const { ours, memory, clock } = await warmedUp()
    clock.setNow(clock.now() - 60_000)
    await ours.run(rename('Globe'))
    const [first, second] = memory.all()
    expect(second?.at).toBe(first?.at)
  })

  it('loads the stream again for another aggregate of the same name with different states', async () => {
    const { ours } = await warmedUp()
    expect(ours.stateCache.find({ ...voyage }, stream)).toBeUndefined()
  })
})

describe('a stream with other writers', () => {
  it('costs one refused write, then is loaded before each command until nothing new is found', async () => {
    const { ours, other } = await warmedUp()
    await other.run(rename('Globe'))
    expect((await ours.run(rename('Maps'))).cost).toEqual(refusedPutFirst)
    await other.run(rename('Plans'))
    await other.run(rename('Charts'))
    expect((await ours.run(rename('Maps'))).cost).toEqual(lookAndPut)
    expect((await ours.run(rename('Plans'))).cost).toEqual(lookAndPut)
    expect((await ours.run(rename('Charts'))).cost).toEqual(onePut)
  })

  it('keeps nobody waiting because of an outdated cached state', async () => {
    const { ours, other, clock } = await warmedUp()
    await other.run(rename('Globe'))
    const before = clock.elapsed()
    await ours.run(rename('Maps'))
    expect(clock.elapsed()).toBe(before)
  })

  it('loses no event when many commands of one process arrive at once', async () => {
    const { ours, names } = await warmedUp()
    const wanted = Array.from({ length: 20 }, (_, n) => `Name ${n}`)
    await Promise.all(wanted.map((name) => ours.run(rename(name))))
    expect(names().slice(1).sort()).toEqual(wanted.sort())
  })
})

describe('a repeated command', () => {
  it.each([
    'creation',
    'first',
    'second',
  ])('gets the same answer warm as cold (%s), without a request', async (id) => {
    const { ours, cold } = await warmedUp()
    await ours.run(rename('Globe'), { commandId: 'first' })
    await ours.run(rename('Maps'), { commandId: 'second' })
    const { cost, ...warm } = await ours.run(rename('Plans'), { commandId: id })
    expect(cost.requests).toBe(0)
    expect(await cold.run(rename('Plans'), { commandId: id })).toMatchObject(warm)
  })

  it('is also answered after a load, for commits from before it', async () => {
    const { ours, other } = await warmedUp()
    await ours.run(rename('Globe'), { commandId: 'first' })
    await other.run(rename('Maps'))
    expect(await other.run(rename('Plans'), { commandId: 'first' })).toMatchObject({
      version: 2,
      cost: { requests: 0 },
    })
  })

  it('is refused with another body', async () => {
    const { ours } = await warmedUp()
    const run = ours.run(plan, { commandId: 'creation', digest: 'another' })
    await expect(run).rejects.toMatchObject({ code: 'key-reused' })
  })

  it('creates nothing twice', async () => {
    const { ours, memory } = await warmedUp()
    const again = await ours.run(plan, { commandId: 'creation' })
    expect(again).toMatchObject({ version: 1, events: [{ type: 'VoyagePlanned', version: 1 }] })
    expect(memory.all()).toHaveLength(1)
  })

  it.each([0, 3])('is answered if another process has executed it and %i more since', async (more) => {
    const { ours, other, names } = await warmedUp()
    const first = await other.run(rename('Globe'), { commandId: 'key' })
    for (let n = 0; n < more; n++) await other.run(rename(`Name ${n}`))
    expect(await ours.run(rename('Globe'), { commandId: 'key' })).toMatchObject({ events: first.events })
    expect(names().filter((name) => name === 'Globe')).toHaveLength(1)
  })

  it('with another body is refused even if another process has executed the first', async () => {
    const { ours, other } = await warmedUp()
    await other.run(rename('Globe'), { commandId: 'key' })
    const run = ours.run(rename('Maps'), { commandId: 'key', digest: 'another' })
    await expect(run).rejects.toMatchObject({ code: 'key-reused' })
  })

  it('gets the events that another deploy decided under its id, and the next command continues from them', async () => {
    const { ours, other } = await warmedUp()
    const { head } = await other.store.load(stream, ample)
    await other.store.append(head, newCommit({ commandId: 'key', count: 3, text: 'Globe' }), ample)
    expect(await ours.run(rename('Globe'), { commandId: 'key' })).toMatchObject({ version: 4 })
    expect(await ours.run(rename('Globe'))).toMatchObject({ version: 4, events: [] })
    expect(await ours.run(rename('Maps'))).toMatchObject({ version: 5 })
  })
})

describe('the expected version of a client', () => {
  it('is accepted without a read if it is the cached version', async () => {
    const { ours } = await warmedUp()
    expect((await ours.run(rename('Globe'), { expectedVersion: 1 })).cost).toEqual(onePut)
  })

  it('is refused if it is outdated, even if the cache does not know that', async () => {
    const { ours, other, names } = await warmedUp()
    await other.run(rename('Globe'))
    const run = ours.run(rename('Maps'), { expectedVersion: 1 })
    await expect(run).rejects.toMatchObject({ code: 'version-mismatch' })
    expect(names()).toEqual(['Atlas', 'Globe'])
  })

  it('is accepted if the cached version is older', async () => {
    const { ours, other } = await warmedUp()
    await other.run(rename('Globe'))
    expect(await ours.run(rename('Maps'), { expectedVersion: 2 })).toMatchObject({
      version: 3,
      cost: lookAndPut,
    })
  })
})

describe('a failure of the store', () => {
  it.each([
    'fail',
    'lose-answer',
  ] as const)('that leaves the outcome unknown (%s) clears the cached state, and the repeat writes once', async (fault) => {
    const { ours, names, deadlineIn } = await warmedUp()
    ours.faults.next(fault, { times: 1000, at: /^putNew$/ })
    const run = ours.run(rename('Globe'), { commandId: 'key' }, { deadline: deadlineIn(1000) })
    await expect(run).rejects.toMatchObject({ code: 'unavailable' })
    expect(ours.stateCache.find(voyage, stream)).toBeUndefined()
    ours.faults.calm()
    expect(await ours.run(rename('Globe'), { commandId: 'key' })).toMatchObject({ version: 2 })
    expect(names()).toEqual(['Atlas', 'Globe'])
  })

  it('during a read clears the cached state', async () => {
    const { ours } = await warmedUp()
    const failing = { ...ours.store, load: () => Promise.reject(new Problem('unavailable', 'Later.')) }
    await expect(ours.run(rename('Atlas'), {}, { store: failing })).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect(ours.stateCache.find(voyage, stream)).toBeUndefined()
  })

  it('that loses an answer does no harm: the event is written once, and the next command loads first', async () => {
    const { ours, names } = await warmedUp()
    ours.faults.next('lose-answer', { at: /^putNew$/ })
    expect(await ours.run(rename('Globe'))).toMatchObject({ version: 2 })
    expect((await ours.run(rename('Maps'))).cost).toEqual(lookAndPut)
    expect(names()).toEqual(['Atlas', 'Globe', 'Maps'])
  })
})

describe('a commit that the store refuses', () => {
  const taken = {
    outcome: 'taken',
    reservation: { set: 'ship', key: 'argo' },
    cost: { requests: 1, readUnits: 0, writeUnits: 4 },
  } as const

  it.each([
    ['a key that another holds', () => Promise.resolve(taken), { code: 'taken', rule: 'ship-taken' }],
    ['its size', () => Promise.reject(new Problem('too-large', 'Split it.')), { code: 'too-large' }],
  ])('because of %s is decided again, once, on a fresh load', async (_, refuse, problem) => {
    const { ours } = await warmedUp()
    let refusals = 1
    const refusing: EventStore = {
      ...ours.store,
      append: (...args) => (refusals-- > 0 ? refuse() : ours.store.append(...args)),
    }
    expect(await ours.run(rename('Globe'), {}, { store: refusing })).toMatchObject({ version: 2 })
    refusals = 3
    await expect(ours.run(rename('Maps'), {}, { store: refusing })).rejects.toMatchObject(problem)
    expect(refusals).toBe(1)
  })
})
