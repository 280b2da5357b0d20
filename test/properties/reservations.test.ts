import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CommitTable } from '../../commands/event-store/commit-table.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../commands/event-store/memory-commit-table.ts'
import { execute } from '../../commands/execution/execute.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import { command } from '../kit/arbitraries/voyage.ts'
import { manualClock } from '../kit/clocks/manual-clock.ts'
import { type VoyageCommand, type VoyageState, voyage } from '../kit/fleet/voyage.ts'
import { ample } from '../kit/memory/read-side.ts'

const fault = fc.constantFrom('none', 'fail without effect', 'lose the answer')
/** Rivals for a few ships: most of the commands charter or return one. */
const shipCommand: fc.Arbitrary<VoyageCommand> = fc.oneof(
  fc.record({
    type: fc.constant('charter-ship' as const),
    actorId: fc.constant('ann'),
    ship: fc.constantFrom('Argo', 'ARGO', 'Beagle'),
  }),
  fc.record({ type: fc.constant('return-ship' as const), actorId: fc.constant('ann') }),
  command,
)
const voyages = ['voyage-1', 'voyage-2', 'voyage-3'] as const
const schedule = fc.record({
  commands: fc.array(fc.tuple(fc.constantFrom<StreamName>(...voyages), shipCommand), {
    minLength: 2,
    maxLength: 12,
  }),
  faults: fc.array(fault, { maxLength: 20 }),
})

describe('any schedule of commands that take and release a key', () => {
  it('has at most one holder and reserves exactly what the streams hold, with rivals and lost answers', async () => {
    await fc.assert(
      fc.asyncProperty(schedule, fc.scheduler(), async ({ commands, faults }, scheduler) => {
        const table = createMemoryCommitTable()
        const clock = manualClock()
        const run = (stream: StreamName, command: VoyageCommand, commandId: string, store: EventStore) => {
          const execution = { stream, command, commandId, digest: '', correlationId: '', causationId: '' }
          return execute(voyage, execution, { store, clock, deadline: ample })
        }
        const plan = { type: 'plan-voyage', actorId: 'ann', name: 'Atlas' } as const
        for (const stream of voyages) await run(stream, plan, 'plan', createEventStore(table, clock))
        const left = [...faults]
        const shaken: CommitTable = {
          query: scheduler.scheduleFunction(table.query),
          putNew: scheduler.scheduleFunction(async (...put: Parameters<CommitTable['putNew']>) => {
            const next = left.shift() ?? 'none'
            const unknown = {
              outcome: 'unknown',
              cost: { requests: 1, readUnits: 0, writeUnits: 0 },
            } as const
            if (next === 'fail without effect') return unknown
            const answer = await table.putNew(...put)
            expect(reservedIn(table)).toEqual(heldIn(table))
            return next === 'lose the answer' ? unknown : answer
          }),
        }
        const store = createEventStore(shaken, clock)
        const outcomes = commands.map(async ([stream, command], index) => {
          try {
            return (await run(stream, command, `${index}`, store)).events
          } catch (error) {
            if (error instanceof Problem && error.code !== 'unavailable') return []
            throw error
          }
        })
        const answered = (await scheduler.waitFor(Promise.all(outcomes))).flat()

        // Every event in an answer is stored once, and no other event is stored.
        expect(table.all().flatMap(({ events }) => JSON.parse(events))).toHaveLength(
          voyages.length + answered.length,
        )
        expect(reservedIn(table)).toEqual(heldIn(table))
      }),
      { numRuns: 300 },
    )
  })
})

type Table = ReturnType<typeof createMemoryCommitTable>

function reservedIn(table: Table): string[] {
  return table
    .reserved()
    .map(({ set, key, stream }) => `${set}/${key} ${stream}`)
    .sort()
}

/** The keys that the streams hold by their events. A key that two streams held would be here twice. */
function heldIn(table: Table): string[] {
  const states = new Map<string, VoyageState>()
  for (const { pk, events } of table.all()) {
    for (const stored of JSON.parse(events)) {
      states.set(pk, voyage.evolve(states.get(pk) ?? voyage.initial, voyage.events.decode(stored)))
    }
  }
  return [...states]
    .flatMap(([stream, state]) =>
      (voyage.holds?.(state, parseStreamName(stream).id) ?? []).map(
        ({ set, key }) => `${set}/${key} ${stream}`,
      ),
    )
    .sort()
}
