import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Commit } from '../../domain/kernel/event.ts'
import { parseStreamName, type StreamName, streamName } from '../../domain/kernel/stream.ts'
import { projectBatch } from '../../projections/delivery/project-batch.ts'
import type { CounterItem } from '../../projections/engine/counters.ts'
import { nameOf, type RowItem, streamOfRow } from '../../projections/engine/projection.ts'
import { maxChangesPerMove, type RowStore } from '../../projections/engine/row-store.ts'
import { anyGeneration } from '../../projections/generations/any-generation.ts'
import { fleetSamples, sampleOf, samples } from '../kit/aggregates.ts'
import { joined, left, planned } from '../kit/fleet/history.ts'
import { foldOf, generationId, guardKey, readSide, totals } from '../kit/memory/read-side.ts'

/**
 * One or two aggregates: any of them, but often those of the tests, which use every feature of the engine.
 */
const chosen = fc.oneof(
  fc.shuffledSubarray([...fleetSamples], { minLength: 1 }),
  fc.shuffledSubarray([...samples], { minLength: 1, maxLength: 2 }),
)

/** Always three streams of these aggregates, so that events collide more often. */
const streams = chosen.map((some) =>
  ['1', '2', '3'].flatMap((id, index) => {
    const sample = some[index % some.length]
    return sample === undefined ? [] : { sample, stream: streamName(sample.aggregate.name, id) }
  }),
)

const history = streams.chain((some) =>
  fc.array(
    fc.oneof(
      ...some.map(({ sample, stream }) =>
        fc.record({
          stream: fc.constant(stream),
          events: fc.array(sample.event, { minLength: 1, maxLength: 3 }),
        }),
      ),
    ),
    { minLength: 1, maxLength: 14 },
  ),
)

/**
 * How the records of a history are delivered: which of them, in which batches, how often and in which order.
 */
const schedule = fc.record({
  history,
  // Indices into the history. An index may occur again (duplicates, rewinds), and earlier ones may follow
  // later ones.
  batches: fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), { maxLength: 12 }),
  lost: fc.array(fc.boolean(), { maxLength: 12 }),
})

const generationsOf = (aggregate: string) => sampleOf(aggregate).generations.map(anyGeneration)

const deliveryOf = (commit: Commit, index: number) => {
  const { stream, version } = commit
  return { stream, version, commit, sequenceNumber: `${index}` }
}

describe('any delivery of any history', () => {
  it('leaves the rows equal to the fold: duplicated, reordered, rewound, with rivals and lost answers', async () => {
    await fc.assert(
      fc.asyncProperty(schedule, fc.scheduler(), async ({ history, batches, lost }, scheduler) => {
        const { append, options, rows } = readSide()
        const commits: Commit[] = []
        for (const { stream, events } of history) commits.push(await append(stream, ...events))

        // Every step of the read model waits for its turn, so batches interleave in every way.
        const answers = [...lost]
        const shaken: RowStore = {
          ...rows,
          readGuard: scheduler.scheduleFunction((key) => rows.readGuard(key)),
          put: scheduler.scheduleFunction(async (some) => {
            const put = await rows.put(some)
            return answers.shift() ? { ...put, outcome: 'again' as const } : put
          }),
          move: scheduler.scheduleFunction(async (move) => {
            const moved = await rows.move(move)
            await expectFolds(commits, rows)
            return answers.shift() ? { ...moved, outcome: 'again' as const } : moved
          }),
        }
        const deliver = (batch: readonly Commit[]) =>
          projectBatch(batch.map(deliveryOf), {
            ...options,
            rows: shaken,
            generations: async () => generationsOf,
          })
        const all = batches.map((batch) =>
          deliver(batch.flatMap((place) => commits[place % commits.length] ?? [])),
        )
        expect((await scheduler.waitFor(Promise.all(all))).flat()).toEqual([])

        // Commits that were never delivered are caught up with the last record of each stream.
        const last = [...new Map(commits.map((commit) => [commit.stream, commit])).values()]
        expect(await scheduler.waitFor(deliver(last))).toEqual([])
        await expectReached(commits, rows)
        await expectFolds(commits, rows)
      }),
      { numRuns: 300 },
    )
  })

  it('leaves the rows equal to the fold even if one write does not hold the difference', async () => {
    const crowd = fc.array(fc.tuple(fc.nat(70), fc.boolean()), { minLength: 60, maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(crowd, fc.integer({ min: 1, max: 60 }), async (changes, size) => {
        const { append, options, rows } = readSide()
        const commits = [await append('voyage-1', planned)]
        const events = changes.map(([sailor, stays]) => (stays ? joined(`${sailor}`) : left(`${sailor}`)))
        while (events.length > 0) commits.push(await append('voyage-1', ...events.splice(0, size)))
        const checked: RowStore = {
          ...rows,
          async move(move) {
            expect(move.put.length + move.remove.length + move.counters.length).toBeLessThanOrEqual(
              maxChangesPerMove,
            )
            const moved = await rows.move(move)
            await expectFolds(commits, rows)
            return moved
          },
        }
        expect(
          await projectBatch(commits.map(deliveryOf), {
            ...options,
            rows: checked,
            generations: async () => generationsOf,
          }),
        ).toEqual([])
        await expectReached(commits, rows)
      }),
      { numRuns: 30 },
    )
  })
})

/**
 * At every moment, the rows and counters equal the fold of each stream up to its guard: never half of it,
 * never another version. A step may end within a commit, so the fold goes up to the guard's version, not to
 * the end of a commit. Two things may be ahead: rows of a feed, and rows of an event that is written in
 * steps.
 */
async function expectFolds(
  commits: readonly Commit[],
  store: ReturnType<typeof readSide>['rows'],
): Promise<void> {
  const wanted: RowItem[] = []
  const counters: CounterItem[] = []
  const ahead = new Map<string, RowItem>()
  let found = store.rows()
  for (const { stream, generation } of foldsOf(commits)) {
    const id = generationId(generation)
    const whole = ofStream(commits, stream)
    for (const row of foldOf(generation, stream, whole).feed) ahead.set(nameOf(row), row)
    const { guard } = await store.readGuard(guardKey(id, stream))
    if (guard === undefined) continue
    const seen = whole.map((commit) => {
      const events = commit.events.filter((_, index) => commit.version + index <= guard.version)
      return { ...commit, events }
    })
    const fold = foldOf(generation, stream, seen)
    expect(JSON.parse(guard.state)).toEqual(fold.state)
    counters.push(...fold.counters)
    wanted.push(...fold.feed)
    if (guard.written === undefined) wanted.push(...fold.rows)
    else {
      const partly = (row: RowItem) =>
        row.PK.startsWith(`${id}#`) && streamOfRow(row) === stream && !ahead.has(nameOf(row))
      found = found.filter((row) => !partly(row))
    }
  }
  const known = new Set(wanted.map(nameOf))
  const isAhead = (row: RowItem) => ahead.get(nameOf(row))?.data === row.data && !known.has(nameOf(row))
  expect(textsOf(found.filter((row) => !isAhead(row)))).toEqual(textsOf(wanted))
  expect(totals(store.counters())).toEqual(totals(counters))
}

function textsOf(rows: readonly RowItem[]): string[] {
  return rows.map(({ PK, SK, data }) => JSON.stringify([PK, SK, data])).sort()
}

/** Every guard is at the last event of its stream. */
async function expectReached(commits: readonly Commit[], store: RowStore): Promise<void> {
  for (const { stream, generation } of foldsOf(commits)) {
    const { guard } = await store.readGuard(guardKey(generationId(generation), stream))
    expect(guard?.version).toBe(foldOf(generation, stream, ofStream(commits, stream)).version)
  }
}

/** Every stream of a history with each generation that folds it. */
function foldsOf(commits: readonly Commit[]) {
  return [...new Set(commits.map((commit) => commit.stream))].flatMap((stream) =>
    sampleOf(parseStreamName(stream).aggregate).generations.map((generation) => ({ stream, generation })),
  )
}

function ofStream(commits: readonly Commit[], stream: StreamName): readonly Commit[] {
  return commits.filter((commit) => commit.stream === stream)
}
