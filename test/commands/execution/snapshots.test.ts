import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { itemBytes } from '../../../commands/event-store/commit-item.ts'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../../commands/event-store/memory-commit-table.ts'
import { receiptsIn } from '../../../commands/event-store/receipts.ts'
import { execute } from '../../../commands/execution/execute.ts'
import type { Execution } from '../../../commands/execution/execution.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'
import { type VoyageCommand, type VoyageOrder, voyage } from '../../kit/fleet/voyage.ts'
import { voyageExecution } from '../../kit/fleet/voyage-execution.ts'
import { ample } from '../../kit/memory/read-side.ts'

/** Functions with empty caches, one for each command, an hour apart unless the test sets the time. */
function setUp(aggregate = voyage, { withoutReceipts = false } = {}) {
  const table = createMemoryCommitTable()
  const { putNew } = table
  if (withoutReceipts) table.putNew = ({ receipts: _, ...item }, ...rest) => putNew(item, ...rest)
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
  it('takes two requests and at most 8 read units, even without a cache', async () => {
    const { run, rename, begin } = setUp()
    await begin()
    for (const text of ['some', 'more', 'a lot']) {
      await rename(130)
      const { cost } = await run({ ...note, note: text })
      expect(cost.requests).toBe(2)
      expect(cost.readUnits).toBeLessThanOrEqual(8)
    }
  })

  it('costs at most 10 % more write units with its snapshots', async () => {
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

  it('finds a repeat among the commits before a snapshot', async () => {
    const { run, rename, begin } = setUp()
    await begin()
    await rename(20)
    const first = await run(note, { commandId: 'once' })
    await rename(27)
    const repeated = await run(note, { commandId: 'once' })
    expect(repeated.events).toEqual(first.events)
  })

  it('finds a repeat among the last 28 commits, wherever there are snapshots', async () => {
    for (let before = 0; before <= 27; before++) {
      const { run, rename, begin } = setUp()
      await begin()
      await rename(before)
      const first = await run(note, { commandId: 'once' })
      await rename(27)
      const repeated = await run(note, { commandId: 'once' })
      expect(repeated.events).toEqual(first.events)
    }
  })

  it.each([
    30, 54, 77, 99,
  ])('finds a repeat of the last two minutes after %i other commands', async (others) => {
    const { run, rename, begin, table } = setUp()
    await begin()
    await rename(20)
    const first = await run(note, { commandId: 'once' })
    await rename(others, { apartMs: 500 })
    const repeated = await run(note, { commandId: 'once' }, { apartMs: 500 })
    expect(repeated.events).toEqual(first.events)
    expect(repeated.version).toBe(first.version)
    expect(table.all()).toHaveLength(22 + others)
    await expect(run(note, { commandId: 'once', digest: 'another' }, { apartMs: 500 })).rejects.toMatchObject(
      {
        code: 'key-reused',
      },
    )
  })

  it('also finds a repeat after snapshots without receipts', async () => {
    const { run, rename, begin } = setUp(voyage, { withoutReceipts: true })
    await begin()
    await rename(20)
    const first = await run(note, { commandId: 'once' })
    await rename(27)
    expect((await run(note, { commandId: 'once' })).events).toEqual(first.events)
    const second = await run({ ...note, note: 'Charts' }, { commandId: 'twice' })
    await rename(90, { apartMs: 500 })
    expect((await run(note, { commandId: 'twice' }, { apartMs: 500 })).events).toEqual(second.events)
  })

  it('decides again a repeat that is later than that and follows many others', async () => {
    const { run, rename, begin } = setUp()
    await begin()
    const first = await run({ type: 'postpone-voyage' }, { commandId: 'once' })
    await run({ type: 'resume-voyage' })
    await rename(60)
    const repeated = await run({ type: 'postpone-voyage' }, { commandId: 'once' })
    expect(first.version).toBe(2)
    expect(repeated.version).toBe(64)
  })

  it('reads at most 8 units in one request, even with a hundred commits of 1 KB in two minutes', async () => {
    const { run, begin, table } = setUp()
    await begin()
    const commands = Array.from({ length: 190 }, (_, n) => createHash('sha512').update(`${n}`).digest('hex'))
    for (const [n, text] of commands.entries()) {
      const commandId = text.slice(0, 32)
      const digest = text.slice(32, 48)
      const name = text.repeat(7).slice(0, 790)
      const { cost } = await run({ type: 'rename-voyage', name }, { commandId, digest }, { apartMs: 500 })
      if (n < 130) continue
      expect(cost.requests).toBe(2)
      expect(cost.readUnits).toBeLessThanOrEqual(8)
    }
    const sizes = table
      .all()
      .filter(({ fold }) => fold === undefined)
      .map(itemBytes)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1024)
    expect(Math.max(...sizes)).toBeGreaterThan(900)
    const packed = table.all().flatMap(({ receipts }) => receiptsIn({ receipts })?.length ?? [])
    expect(packed.at(-1)).toBe(100)
  })

  it('gives a repeated creation its first answer, however old it is', async () => {
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

/** Writes the number of earlier events into the note. */
const counting: typeof voyage = {
  ...voyage,
  fold: 'counting',
  evolve: (state, event) => {
    const next = voyage.evolve(state, event)
    const before = state.status === 'none' ? 0 : Number(state.note)
    return next.status === 'none' ? next : { ...next, note: `${before + 1}` }
  },
}

describe('the state from a snapshot', () => {
  const noted = (text: string) => ({ type: 'write-note', note: text }) as const

  it('includes all events, each of them once', async () => {
    const { run, rename, begin } = setUp(counting)
    await begin()
    await rename(100)
    expect(await run(noted('101'))).toMatchObject({ version: 101, events: [] })
  })

  it('uses only snapshots of its own deploy if another deploy folds differently', async () => {
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

  it('gets the same decisions as without snapshots', async () => {
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
