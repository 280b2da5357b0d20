import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../../commands/event-store/memory-commit-table.ts'
import { execute } from '../../../commands/execution/execute.ts'
import type { Execution } from '../../../commands/execution/execution.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'
import { type VoyageCommand, type VoyageOrder, voyage } from '../../kit/fleet/voyage.ts'
import { voyageExecution } from '../../kit/fleet/voyage-execution.ts'
import { ample } from '../../kit/memory/read-side.ts'

/** Functions that have seen nothing, one for each command, an hour apart where nothing else is said. */
function setUp(aggregate = voyage) {
  const table = createMemoryCommitTable()
  const clock = manualClock()
  let made = 0
  const run = (
    command: VoyageOrder,
    over: Partial<Execution<VoyageCommand>> = {},
    options: { as?: typeof voyage; apartMs?: number } = {},
  ) => {
    made += 1
    clock.setNow(clock.now() + (options.apartMs ?? 3_600_000))
    const execution = voyageExecution(`command-${made}`, command, over)
    const store = createEventStore(table, clock)
    return execute(options.as ?? aggregate, execution, { store, clock, deadline: ample })
  }
  const rename = (times: number, options: Parameters<typeof run>[2] = {}) =>
    inTurn(times, (n) => run({ type: 'rename-voyage', name: `Name ${n} of ${made}` }, {}, options))
  const begin = () => run(plan, creation)
  return { table, run, rename, begin }
}

async function inTurn(times: number, act: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 1; n <= times; n++) await act(n)
}

const plan = { type: 'plan-voyage', name: 'Atlas' } as const
const creation = { commandId: 'creation', creates: true }
const note = { type: 'write-note', note: 'Maps' } as const

describe('a command on a long stream', () => {
  it('takes two requests and at most 8 read units, though the function has not seen the stream', async () => {
    const { run, rename, begin } = setUp()
    await begin()
    for (const text of ['some', 'more', 'a lot']) {
      await rename(130)
      const { cost } = await run({ ...note, note: text })
      expect(cost.requests).toBe(2)
      expect(cost.readUnits).toBeLessThanOrEqual(8)
    }
  })

  it('costs a tenth more write units at most, its snapshots with it', async () => {
    const { table, rename, begin } = setUp()
    await begin()
    let units = 0
    const { putNew } = table
    table.putNew = async (...put) => {
      const answer = await putNew(...put)
      units += answer.cost.writeUnits
      return answer
    }
    await rename(300)
    expect(units / 300).toBeLessThanOrEqual(1.1)
  })

  it('finds a repeat among the commits that a snapshot stands after', async () => {
    const { run, rename, begin } = setUp()
    await begin()
    await rename(20)
    const first = await run(note, { commandId: 'once' })
    await rename(27)
    const repeated = await run(note, { commandId: 'once' })
    expect(repeated.events).toEqual(first.events)
  })

  it('finds a repeat of the last two minutes, however many came after it', async () => {
    const { run, rename, begin } = setUp()
    await begin()
    await rename(20)
    const first = await run(note, { commandId: 'once' })
    await rename(200, { apartMs: 500 })
    const repeated = await run(note, { commandId: 'once' }, { apartMs: 500 })
    expect(repeated.events).toEqual(first.events)
  })

  it('decides anew what is repeated later than that, after 28 others', async () => {
    const { run, rename, begin } = setUp()
    await begin()
    const first = await run({ type: 'postpone-voyage' }, { commandId: 'once' })
    await run({ type: 'resume-voyage' })
    await rename(28)
    const repeated = await run({ type: 'postpone-voyage' }, { commandId: 'once' })
    expect(first.version).toBe(2)
    expect(repeated.version).toBe(32)
  })

  it('answers a repeated creation as the first time, however long ago it was', async () => {
    const { run, rename, begin } = setUp()
    const first = await begin()
    await rename(300)
    const { events, version } = await run(plan, creation)
    expect({ events, version }).toEqual({ events: first.events, version: 1 })
    await expect(run(plan, { ...creation, digest: 'another' })).rejects.toMatchObject({
      code: 'key-reused',
    })
  })
})

/** Writes into the note how many events there were. */
const counting: typeof voyage = {
  ...voyage,
  fold: 'counting',
  evolve: (state, event) => {
    const next = voyage.evolve(state, event)
    const before = state.status === 'none' ? 0 : Number(state.note)
    return next.status === 'none' ? next : { ...next, note: `${before + 1}` }
  },
}

describe('the state that a snapshot leads to', () => {
  const noted = (text: string) => ({ type: 'write-note', note: text }) as const

  it('is that of all events, each of them once', async () => {
    const { run, rename, begin } = setUp(counting)
    await begin()
    await rename(100)
    expect(await run(noted('101'))).toMatchObject({ version: 101, events: [] })
  })

  it('is made of the snapshots of its own deploy, where another folds otherwise', async () => {
    const { run, rename, begin, table } = setUp()
    await begin()
    for (let n = 0; n < 6; n++) await rename(20, { as: n % 2 === 0 ? voyage : counting })
    const folds = new Set(table.all().flatMap(({ fold }) => fold ?? []))
    expect([...folds].sort()).toEqual([voyage.fold, 'counting'].sort())
    expect((await run(noted('121'), {}, { as: counting })).events).toEqual([])
    expect((await run(noted(''))).events).toEqual([])
  })
})

describe('any history of commands', () => {
  const { fold: _, ...withoutSnapshots } = voyage
  const sailorId = fc.constantFrom('bob', 'eve')
  const commands: fc.Arbitrary<VoyageOrder[]> = fc.array(
    fc.oneof(
      fc.record({ type: fc.constant('rename-voyage' as const), name: fc.constantFrom('Atlas', 'Globe') }),
      fc.record({
        type: fc.constantFrom('postpone-voyage' as const, 'resume-voyage' as const, 'return-ship' as const),
      }),
      fc.record({ type: fc.constant('charter-ship' as const), ship: fc.constantFrom('Argo', 'Beagle') }),
      fc.record({
        type: fc.constant('sign-on' as const),
        sailorId,
        role: fc.constantFrom('mate' as const, 'hand' as const),
      }),
      fc.record({ type: fc.constant('sign-off' as const), sailorId }),
    ),
    { minLength: 60, maxLength: 200 },
  )

  it('is decided as it is without snapshots', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (all) => {
        const with_ = setUp()
        const without = setUp(withoutSnapshots)
        await with_.begin()
        await without.begin()
        for (const command of all) {
          const [a, b] = await Promise.all(
            [with_, without].map(({ run }) =>
              run(command).then(
                ({ version, events }) => ({ version, events }),
                (error: Error) => error.message,
              ),
            ),
          )
          expect(a).toEqual(b)
        }
        expect(without.table.all().some(({ fold }) => fold !== undefined)).toBe(false)
      }),
      { numRuns: 20 },
    )
  })
})
