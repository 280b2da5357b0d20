import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CommitItem, fromItem } from '../../commands/event-store/commit-item.ts'
import type { CommitTable } from '../../commands/event-store/commit-table.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../commands/event-store/memory-commit-table.ts'
import { receiptOf } from '../../commands/execution/cached-state.ts'
import { execute } from '../../commands/execution/execute.ts'
import type { Execution } from '../../commands/execution/execution.ts'
import { createStateCache, type StateCache } from '../../commands/execution/state-cache.ts'
import { type Commit, lastVersion } from '../../domain/kernel/event.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { noReservations } from '../../domain/kernel/reservation.ts'
import { createFaults } from '../../infra/local/index.ts'
import { command as anyCommand } from '../kit/arbitraries/voyage.ts'
import { manualClock } from '../kit/clocks/manual-clock.ts'
import { faultyCommitTable, faultyWire } from '../kit/faults/faulty-ports.ts'
import { type VoyageCommand, type VoyageState, voyage } from '../kit/fleet/voyage.ts'
import { ample } from '../kit/memory/read-side.ts'

const stream = 'voyage-1'
const plan = { type: 'plan-voyage', actorId: 'ann', name: 'Atlas' } as const

/** Mostly commands that write something, because refusals occur anyway. */
const command = fc.oneof(
  fc.record({
    type: fc.constant('rename-voyage' as const),
    actorId: fc.constant('ann'),
    name: fc.constantFrom('Atlas', 'Globe', 'Maps', 'Plans', 'Charts'),
  }),
  anyCommand,
)
/** Commands to run, some of them more than once: a command's index in the list is its id. */
const commands = fc.array(
  fc.record({ command, expectedVersion: fc.option(fc.nat(6), { nil: undefined, freq: 4 }) }),
  { minLength: 3, maxLength: 8 },
)
/** The fate of a put, and whether the process gives up if it gets no answer to it. */
const fault = fc.record({
  kind: fc.constantFrom(undefined, undefined, 'fail' as const, 'lose-answer' as const),
  last: fc.boolean(),
})
const step = fc.record({
  pick: fc.nat(),
  anotherBody: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  clockJump: fc.integer({ min: -5000, max: 5000 }),
})
const schedule = fc.record({
  commands,
  processes: fc.array(fc.record({ steps: fc.array(step, { maxLength: 10 }), faults: fc.array(fault) }), {
    minLength: 1,
    maxLength: 3,
  }),
})

type Answer = Awaited<ReturnType<typeof answerOf>>

describe('any schedule of commands in processes that cache states', () => {
  it('gets the answers of processes that always load, with rivals, repeats and lost answers', async () => {
    await fc.assert(
      fc.asyncProperty(schedule, fc.scheduler(), async ({ commands, processes }, scheduler) => {
        const memory = createMemoryCommitTable()
        const clock = manualClock()
        const answered: { execution: Execution<VoyageCommand>; answer: Answer; from: number; to: number }[] =
          []

        /** Runs one command after another, as a function does. */
        const live = async ({ steps, faults }: (typeof processes)[number]) => {
          const stateCache = createStateCache()
          const happening = createFaults()
          const faulty = faultyCommitTable(memory, faultyWire(happening))
          const own = new Set<string>()
          const left = [...faults]
          let patient = true
          const table: CommitTable = {
            query: scheduler.scheduleFunction(faulty.query),
            putNew: scheduler.scheduleFunction(async (...put: Parameters<CommitTable['putNew']>) => {
              const { kind, last } = left.shift() ?? {}
              if (kind !== undefined) happening.next(kind, { at: /^putNew$/ })
              if (kind !== undefined && last) patient = false
              const [{ commandId }] = put
              const before = memory.all().length
              const answer = await faulty.putNew(...put)
              // A process knows its own commits, or knows that an outcome is unknown. It never conflicts with a commit
              // of its own.
              if (answer.outcome === 'occupied' && answer.item.commandId !== commandId)
                expect(own).not.toContain(answer.item.commandId)
              if (memory.all().length > before) own.add(commandId)
              return answer
            }),
          }
          // Other processes run between the effect on the table and its answer.
          const slow: CommitTable = {
            query: async (...args) => scheduler.schedule(Promise.resolve(await table.query(...args))),
            putNew: async (...args) => scheduler.schedule(Promise.resolve(await table.putNew(...args))),
          }
          // All commits are within the tail's reach, and snapshots are still made.
          const store = createEventStore(slow, clock, { tail: 1000, snapshotEvery: 2 })
          const deadline = { left: () => (patient ? 10_000 : 0) }

          const run = async (execution: Execution<VoyageCommand>) => {
            patient = true
            const from = memory.all().length
            const answer = await answerOf(execution, { store, clock, deadline, stateCache })
            if (answer.problem === 'unavailable') expect(stateCache.find(voyage, stream)).toBeUndefined()
            else answered.push({ execution, answer, from, to: memory.all().length })
            expectTrue(stateCache, memory.all())
          }
          await run(executionOf('creation', { command: plan }))
          for (const { pick, anotherBody, clockJump } of steps) {
            const place = pick % commands.length
            const chosen = commands[place]
            if (chosen === undefined) throw new Error('the index is within the list')
            clock.setNow(clock.now() + clockJump)
            await run(executionOf(`${place}`, { ...chosen, digest: anotherBody ? 'another' : 'digest' }))
          }
        }
        await scheduler.waitFor(Promise.all(processes.map(live)))

        const stored = memory.all()
        expectSound(stored)
        for (const { execution, answer, from, to } of answered) {
          const possible: Answer[] = []
          for (let length = from; length <= to; length++)
            possible.push(await coldAnswerOf(execution, stored.slice(0, length)))
          expect(possible).toContainEqual(answer)
        }
      }),
      { numRuns: 500 },
    )
  })
})

function executionOf(
  commandId: string,
  over: Pick<Execution<VoyageCommand>, 'command'> & Partial<Execution<VoyageCommand>>,
): Execution<VoyageCommand> {
  return { stream, commandId, digest: 'digest', correlationId: '', causationId: '', ...over }
}

async function answerOf(execution: Execution<VoyageCommand>, options: Parameters<typeof execute>[2]) {
  try {
    const { version, events } = await execute(voyage, execution, options)
    return { version, events }
  } catch (error) {
    if (error instanceof Problem) return { problem: error.code, rule: error.rule, detail: error.message }
    throw error
  }
}

/** The answer of a process without a cache, if exactly these commits are stored and there are no rivals. */
async function coldAnswerOf(
  execution: Execution<VoyageCommand>,
  items: readonly CommitItem[],
): Promise<Answer> {
  const table = createMemoryCommitTable()
  for (const { fold, state, receipts, ...item } of items) await table.putNew(item, noReservations, 1000)
  const clock = manualClock()
  return answerOf(execution, { store: createEventStore(table, clock), clock, deadline: ample })
}

/**
 * Every command occurs at most once, without a gap or overlap, and no commit has an earlier time than its
 * predecessor.
 */
function expectSound(items: readonly CommitItem[]): void {
  expect(new Set(items.map(({ commandId }) => commandId)).size).toBe(items.length)
  items.forEach((item, place) => {
    const before = items[place - 1]
    expect(item.sk).toBe(before === undefined ? 1 : before.sk + before.count)
    expect(item.at >= (before?.at ?? '')).toBe(true)
  })
}

/** If a state is cached, it equals the stream's state at the cached head. */
function expectTrue(stateCache: StateCache, items: readonly CommitItem[]): void {
  const cached = stateCache.find(voyage, stream)
  if (cached === undefined) return
  const upToHead = items.map(fromItem).filter((commit) => lastVersion(commit) <= cached.head.version)
  expect(upToHead.map(lastVersion).at(-1)).toBe(cached.head.version)
  expect(cached.state).toEqual(foldOf(upToHead))
  expect(cached.at).toBe(upToHead.at(-1)?.at)
  expect([...cached.commits]).toEqual(upToHead.map((commit) => [commit.commandId, receiptOf(commit)]))
}

function foldOf(commits: readonly Commit[]): VoyageState {
  const events = commits.flatMap((commit) => [...voyage.events.decodeCommit(commit)])
  return events.reduce<VoyageState>(voyage.evolve, voyage.initial)
}
