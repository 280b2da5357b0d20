import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Commit } from '../../domain/kernel/event.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import type { EventBus } from '../../projections/publishing/event-bus.ts'
import { forwardBatch } from '../../projections/publishing/forward-batch.ts'
import { createMemoryParkedStreams } from '../../projections/publishing/memory-parked-streams.ts'
import type { ParkedStreams } from '../../projections/publishing/parked-streams.ts'
import { event } from '../kit/arbitraries/voyage.ts'
import { fleetCatalogue } from '../kit/fleet/fleet.ts'
import { postponed } from '../kit/fleet/history.ts'
import { readSide } from '../kit/memory/read-side.ts'

const streams: readonly StreamName[] = ['voyage-1', 'voyage-2']

const schedule = fc.record({
  history: fc.array(
    fc.record({
      stream: fc.constantFrom(...streams),
      events: fc.array(event, { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 10 },
  ),
  // Indices into the history. An index may occur again (duplicates, rewinds), and earlier ones may follow
  // later ones.
  batches: fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), { maxLength: 10 }),
  // The bus's answer to each entry that reaches it, in turn.
  answers: fc.array(
    fc.constantFrom(undefined, undefined, 'ThrottlingException', 'InvalidArgument', 'AccessDeniedException'),
    { maxLength: 30 },
  ),
})

describe('any delivery of any history', () => {
  it('sends every public event at least once, and no private one: duplicated, reordered, rewound, with rivals, failures and poison', async () => {
    await fc.assert(
      fc.asyncProperty(schedule, fc.scheduler(), async ({ history, batches, answers }, scheduler) => {
        const { append, store, clock } = readSide()
        const commits: Commit[] = []
        for (const { stream, events } of history) commits.push(await append(stream, ...events))

        const sent = new Set<string>()
        const pending = [...answers]
        const put: EventBus['put'] = async (entries) => {
          await clock.sleep(1)
          return entries.map(({ detail }) => {
            const code = pending.shift()
            if (code === undefined) sent.add(JSON.parse(detail).id)
            return code
          })
        }
        const marks = createMemoryParkedStreams()
        const forward = async (
          batch: readonly Commit[],
          ports: { bus: EventBus; parked: ParkedStreams },
        ): Promise<Commit[]> => {
          const deliveries = batch.map((commit, index) => {
            const { stream, version } = commit
            return { stream, version, commit, sequenceNumber: `${index}` }
          })
          const end = clock.elapsed() + 200
          const deadline = { left: () => end - clock.elapsed() }
          const results = await forwardBatch(deliveries, {
            ...ports,
            catalogue: fleetCatalogue,
            store,
            clock,
            deadline,
          })
          const failed = new Set(results.flatMap((result) => result.failed))
          return batch.filter((_, index) => failed.has(`${index}`))
        }

        // Every step waits for its turn, so invocations interleave in every way.
        const shaken = {
          bus: { put: scheduler.scheduleFunction(put) },
          parked: {
            read: scheduler.scheduleFunction((names: readonly StreamName[]) => marks.read(names)),
            move: scheduler.scheduleFunction((...args: Parameters<ParkedStreams['move']>) =>
              marks.move(...args),
            ),
          },
        }
        const wanted = batches.map((batch) => batch.flatMap((place) => commits[place % commits.length] ?? []))
        const rest = commits.filter((commit) => !wanted.flat().includes(commit))
        const failed = await scheduler.waitFor(
          Promise.all([...wanted, rest].map((batch) => forward(batch, shaken))),
        )

        // Failed records are delivered again; then a last record of each stream arrives while the bus works.
        pending.length = 0
        for (const batch of failed) expect(await forward(batch, { bus: { put }, parked: marks })).toEqual([])
        const last = []
        for (const stream of streams) last.push(await append(stream, postponed))
        expect(await forward(last, { bus: { put }, parked: marks })).toEqual([])

        expect(marks.all().size).toBe(0)
        expect([...sent].sort()).toEqual([...commits, ...last].flatMap(publicIdsOf).sort())
      }),
      { numRuns: 300 },
    )
  })
})

function publicIdsOf({ stream, version, events }: Commit): string[] {
  return events.flatMap(({ type }, index) =>
    fleetCatalogue.publicEventOf(type) === undefined ? [] : [`${stream}/${version + index}`],
  )
}
