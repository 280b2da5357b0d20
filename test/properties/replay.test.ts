import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Commit } from '../../domain/kernel/event.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { projectBatch } from '../../projections/delivery/project-batch.ts'
import type { CounterItem } from '../../projections/engine/counters.ts'
import { guardKey, type RowItem } from '../../projections/engine/projection.ts'
import type { RowStore } from '../../projections/engine/row-store.ts'
import { withBuild } from '../../projections/generations/generation-list.ts'
import { listedGenerations } from '../../projections/generations/listed-generations.ts'
import { createMemoryGenerationLists } from '../../projections/generations/memory-generation-lists.ts'
import { createMemoryCheckpoints } from '../../projections/rebuild/replay/memory-checkpoints.ts'
import { type ReplayOutcome, replay } from '../../projections/rebuild/replay/replay.ts'
import { createMemoryCommitScan } from '../../projections/rebuild/walk/memory-commit-scan.ts'
import { event } from '../kit/arbitraries/voyage.ts'
import { nextFleetVersions } from '../kit/fleet/fleet.ts'
import { voyagesV2 } from '../kit/fleet/voyages.ts'
import { foldOf, readSide, totals } from '../kit/memory/read-side.ts'

const streams = ['1', '2', '3'].map((id) => streamName('voyage', id))
const history = fc.array(
  fc.record({
    stream: fc.constantFrom(...streams),
    events: fc.array(event, { minLength: 1, maxLength: 3 }),
  }),
  { maxLength: 12 },
)

const schedule = fc.record({
  before: history,
  meanwhile: history,
  // The earlier commits that reach the projector again, or for the first time.
  late: fc.array(fc.nat(), { maxLength: 6 }),
  lost: fc.array(fc.boolean(), { maxLength: 20 }),
  deaths: fc.array(fc.nat(12), { maxLength: 3 }),
  segments: fc.integer({ min: 1, max: 3 }),
  limit: fc.integer({ min: 1, max: 4 }),
})

describe('any replay', () => {
  it('builds exactly what the events say, with live deliveries, rivals, lost answers and crashes', async () => {
    await fc.assert(
      fc.asyncProperty(schedule, fc.scheduler(), async (drawn, scheduler) => {
        const { append, options, rows, table } = readSide()
        const lists = createMemoryGenerationLists()
        const checkpoints = createMemoryCheckpoints()
        const commits: Commit[] = []
        for (const { stream, events } of drawn.before) commits.push(await append(stream, ...events))

        const newest = nextFleetVersions.newestOf('voyages')
        const first = nextFleetVersions.listOf('voyages', new Map())
        const idOf = (number: number) => newest.generation(number).id
        const begun = withBuild(first, newest.version, drawn.segments, idOf)
        await lists.move('voyages', begun.list)

        const lost = [...drawn.lost]
        const shaken: RowStore = {
          ...rows,
          readGuard: scheduler.scheduleFunction((key) => rows.readGuard(key)),
          move: scheduler.scheduleFunction(async (move) => {
            const moved = await rows.move(move)
            return lost.shift() ? { ...moved, outcome: 'again' as const } : moved
          }),
        }
        const deaths = [...drawn.deaths]
        /** A worker that crashes at some of its writes, and is started again. */
        const worker = async (): Promise<ReplayOutcome> => {
          for (;;) {
            let left = deaths.shift() ?? Number.POSITIVE_INFINITY
            const mortal: RowStore = {
              ...shaken,
              async move(move) {
                left -= 1
                if (left < 0) throw new Error('The worker died.')
                return shaken.move(move)
              },
            }
            try {
              return await replay(newest.generation(2), {
                ...options,
                rows: mortal,
                versions: nextFleetVersions,
                lists,
                checkpoints,
                segments: drawn.segments,
                scanOf: (segment, segments) =>
                  createMemoryCommitScan(table, { limit: drawn.limit, segment, segments }),
                signal: new AbortController().signal,
              })
            } catch (error) {
              if (String(error) !== 'Error: The worker died.') throw error
            }
          }
        }
        const deliver = (some: readonly Commit[]) =>
          projectBatch(
            some.map((commit, index) => ({ ...commit, commit, sequenceNumber: `${index}` })),
            {
              ...options,
              rows: shaken,
              generations: () => listedGenerations(nextFleetVersions, lists, options.clock),
            },
          )
        const live = async () => {
          for (const { stream, events } of drawn.meanwhile) {
            const commit = await append(stream, ...events)
            commits.push(commit)
            await deliver([commit])
          }
        }
        const late = () => deliver(drawn.late.flatMap((place) => commits[place % commits.length] ?? []))
        const all = [worker(), worker(), live(), late()] as const
        const [one, two] = await scheduler.waitFor(Promise.all(all))
        expect([one, two]).toEqual(['built', 'built'])

        const { generations } = nextFleetVersions.listOf('voyages', (await lists.read(['voyages'])).lists)
        expect(generations.map(({ status }) => status)).toEqual(['built', 'built'])
        await expectBuilt(rows, begun.id, commits)
      }),
      { numRuns: 200 },
    )
  })
})

/** Everything in a generation is the fold of all commits, and nothing is missing. */
async function expectBuilt(
  rows: ReturnType<typeof readSide>['rows'],
  id: string,
  commits: readonly Commit[],
): Promise<void> {
  const wanted: RowItem[] = []
  const counters: CounterItem[] = []
  for (const stream of new Set(commits.map((commit) => commit.stream))) {
    const own = commits.filter((commit) => commit.stream === stream)
    const fold = foldOf({ projection: voyagesV2, generation: 2 }, stream, own)
    const { guard } = await rows.readGuard(guardKey(id, stream))
    expect(guard?.version).toBe(fold.version)
    wanted.push(...fold.rows, ...fold.feed)
    counters.push(...fold.counters)
  }
  const texts = (some: readonly object[]) => some.map((one) => JSON.stringify(one)).sort()
  const found = rows.rows().filter(({ PK }) => PK.startsWith(`${id}#`))
  expect(texts(found)).toEqual(texts(wanted))
  const counted = rows.counters().filter(({ PK }) => PK.startsWith(`tally#${id}#`))
  expect(totals(counted)).toEqual(totals(counters))
}
