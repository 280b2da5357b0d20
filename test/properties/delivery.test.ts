import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Commit } from '../../domain/kernel/event.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import { parseState } from '../../projections/engine/catch-up.ts'
import type { RowStore } from '../../projections/engine/row-store.ts'
import type { LiveGeneration } from '../../projections/generations.ts'
import { projectBatch } from '../../projections/project-batch.ts'
import { projects } from '../../projections/projects/v1/queries.ts'
import { projectEvent } from '../kit/project-arbitraries.ts'
import { catchUp, foldOf, generationId, guardKey, readSide } from '../kit/read-side.ts'

const streams: readonly StreamName[] = ['project-1', 'project-2', 'project-3']
const id = generationId(projects)
const live: LiveGeneration = {
  id,
  aggregate: 'project',
  catchUp: (stream, options) => catchUp(projects, stream, options),
}

/** What happens to the records of a history on their way: which come, in what batches, how often, in what order. */
const schedule = fc.record({
  history: fc.array(
    fc.record({
      stream: fc.constantFrom(...streams),
      events: fc.array(projectEvent, { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  // Places in the history; a place may come again (duplicates, rewinds), earlier ones after later ones.
  batches: fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), { maxLength: 12 }),
  lost: fc.array(fc.boolean(), { maxLength: 12 }),
})

describe('any delivery of any history', () => {
  it('leaves the rows equal to the fold: duplicated, reordered, rewound, with rivals and lost answers', async () => {
    await fc.assert(
      fc.asyncProperty(schedule, fc.scheduler(), async ({ history, batches, lost }, scheduler) => {
        const { append, options, rows } = readSide()
        const commits: Commit[] = []
        for (const { stream, events } of history) commits.push(await append(stream, ...events))

        // Every step of the read model waits for its turn, so batches run into each other in every way.
        const answers = [...lost]
        const shaken: RowStore = {
          ...rows,
          readGuard: scheduler.scheduleFunction((key) => rows.readGuard(key)),
          move: scheduler.scheduleFunction(async (move) => {
            const written = await rows.move(move)
            await expectFolds(commits, rows)
            return answers.shift() ? { ...written, outcome: 'again' as const } : written
          }),
        }
        const deliver = (batch: readonly Commit[]) =>
          projectBatch(
            batch.map((commit, index) => ({ commit, sequenceNumber: `${index}` })),
            { ...options, rows: shaken, generationsOf: () => [live] },
          )
        const all = batches.map((batch) =>
          deliver(batch.flatMap((place) => commits[place % commits.length] ?? [])),
        )
        expect((await scheduler.waitFor(Promise.all(all))).flat()).toEqual([])

        // What was never delivered comes with the last record of each stream.
        const last = [...new Map(commits.map((commit) => [commit.stream, commit])).values()]
        expect(await scheduler.waitFor(deliver(last))).toEqual([])
        for (const stream of new Set(commits.map((commit) => commit.stream))) {
          const { guard } = await rows.readGuard(guardKey(id, stream))
          expect(guard?.version).toBe(foldOf(projects, stream, ofStream(commits, stream)).version)
        }
        await expectFolds(commits, rows)
      }),
      { numRuns: 300 },
    )
  })
})

/** At every moment, what is shown is the fold of each stream up to its guard: never half, never of another time. */
async function expectFolds(
  commits: readonly Commit[],
  store: ReturnType<typeof readSide>['rows'],
): Promise<void> {
  const expected = []
  for (const stream of streams) {
    const { guard } = await store.readGuard(guardKey(id, stream))
    if (guard === undefined) continue
    const seen = ofStream(commits, stream).filter(({ version }) => version <= guard.version)
    const fold = foldOf(projects, stream, seen)
    expect(parseState(projects.projection, guard.state)).toEqual(fold.state)
    expected.push(...fold.rows)
  }
  const bySort = (a: { SK: string; PK: string }, b: { SK: string; PK: string }) =>
    a.PK + a.SK < b.PK + b.SK ? -1 : 1
  expect([...store.rows()].sort(bySort)).toEqual(expected.sort(bySort))
}

function ofStream(commits: readonly Commit[], stream: StreamName): readonly Commit[] {
  return commits.filter((commit) => commit.stream === stream)
}
