import { deadlineIn } from '../../commands/aws/system-clock.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../commands/event-store/memory-commit-table.ts'
import { type Executed, execute } from '../../commands/execution/execute.ts'
import type { Execution } from '../../commands/execution/execution.ts'
import { createStateCache } from '../../commands/execution/state-cache.ts'
import type { Command } from '../../domain/kernel/decider.ts'
import { lastVersion } from '../../domain/kernel/event.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import { createFaults, type Faults } from '../../infra/local/index.ts'
import { projectBatch } from '../../projections/delivery/project-batch.ts'
import { createMemoryRowStore } from '../../projections/engine/memory-row-store.ts'
import { projectionVersions } from '../../projections/generations/projection-versions.ts'
import { faultyCommitTable, faultyRowStore } from '../kit/faults/faulty-ports.ts'
import { fleetVersions } from '../kit/fleet/fleet.ts'
import { type Seeded, seeded } from '../kit/seeded.ts'
import { deliveriesOf, deliverStream, type Record, recordStream, streamedTo } from './delivery.ts'
import { commandOf, type Deployed, deployed, isCreating, streamsOf } from './kernel-commands.ts'
import { type Answered, checkAnswers, checkDecisions } from './kernel-laws.ts'
import { type Acknowledged, checkKernel } from './laws.ts'
import { Killed, simulatedFunction } from './process.ts'
import type { Simulated } from './schedules.ts'
import { type VirtualClock, virtualClock } from './virtual-clock.ts'
import { maxDelayMs, weatherOf } from './weather.ts'

/** One projection for each aggregate, so that ten thousand schedules stay short. */
const versions = projectionVersions(fleetVersions.all.filter(({ name }) => name !== 'cabins'))

const clients = 2
const commandsEach = 3
const environments = 2
const timeoutMs = 15_000
const reserveMs = 2_000
const maxTries = 300
/**
 * Snapshots are frequent. All commits are within the tail's reach, because the clocks here jump too far for a limit by
 * time.
 */
const dense = { tail: 100, snapshotEvery: 2 }

/**
 * Runs one short schedule of the kernel alone. Rivals execute commands on one or two streams of an aggregate
 * and read their writes. A projector receives the commits, environments belong to different deploys, and
 * every fault may happen. The same seed gives the same schedule. Throws an Error with the seed and the
 * broken law.
 */
export async function simulateKernel(seed: string): Promise<Simulated> {
  const chance = seeded(seed)
  const faults = createFaults()
  const clock = virtualClock(seed)
  const kernel = simulatedKernel(clock, faults, seeded(`${seed} kernel`))
  faults.shake(weatherOf(seed, chance))
  const delivered = deliverStream({
    name: 'projector',
    clock,
    faults,
    stream: kernel.stream,
    target: kernel.projector,
    chance: seeded(`${seed} projector`),
  })
  const streams = streamsOf(chance)
  const sent: Execution<Command>[] = []
  const answered: Answered[] = []
  const acknowledged: Acknowledged[] = []

  async function client(name: number): Promise<void> {
    const mine = seeded(`${seed} client ${name}`)
    let last: Executed | undefined
    for (let n = 1; n <= commandsEach; n++) {
      const stream = mine.pick(streams)
      const commandId = `${name}/${n}`
      const command = commandOf(stream, mine, n === 1)
      const matches = !isCreating(command) && mine.next() < 0.2
      const execution = {
        stream,
        command,
        commandId,
        digest: commandId,
        ...(last !== undefined && matches && { expectedVersion: last.version }),
        correlationId: 'correlation',
        causationId: 'causation',
      }
      sent.push(execution)
      const send = () => insist(() => kernel.execute(execution), clock, mine)
      const again = () => clock.sleep(mine.between(0, 400)).then(send)
      const copies = await Promise.all(mine.next() < 0.4 ? [send(), again()] : [send()])
      answered.push(...copies)
      const executed = copies.flatMap((one) => ('executed' in one ? [one.executed] : []))
      acknowledged.push({
        command: `${command.type} ${commandId}`,
        answers: executed.map(({ version, events }) => ({ stream, version, events })),
      })
      last = executed[0]
      if (last !== undefined && mine.next() < 0.5) {
        const { version } = last
        const shown = await insist(() => kernel.reader.invoke({ stream, version }), clock, mine)
        if (shown < version)
          throw new Error(`broken: ${stream} was shown at ${shown} to a client that knew ${version}`)
      }
    }
  }

  async function untilRest(): Promise<void> {
    await Promise.all(Array.from({ length: clients }, (_, n) => client(n + 1)))
    faults.calm()
    // Requests that are still under way may take effect.
    await clock.sleep(maxDelayMs)
    kernel.stream.close()
    await delivered
  }

  try {
    await clock.run(untilRest())
    const stored = await checkKernel(versions, kernel, acknowledged)
    checkDecisions(stored, sent)
    checkAnswers(stored, answered)
    const commits = kernel.table.all().length
    return { commands: sent.length, commits, took: clock.elapsed(), fired: faults.fired() }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`schedule "${seed}" of the kernel: ${message}`, { cause })
  }
}

/** Repeats a request that failed temporarily. */
async function insist<T>(send: () => Promise<T>, clock: VirtualClock, chance: Seeded): Promise<T> {
  for (let tries = 0; tries < maxTries; tries++) {
    try {
      return await send()
    } catch (error) {
      const passes = error instanceof Killed || (error instanceof Problem && error.code === 'unavailable')
      if (!passes) throw error
    }
    await clock.sleep(chance.between(50, 300))
  }
  throw new Error(`no answer in ${maxTries} tries`)
}

function simulatedKernel(clock: VirtualClock, faults: Faults, chance: Seeded) {
  const world = { clock, faults, chance }
  const table = createMemoryCommitTable()
  const rows = createMemoryRowStore()
  const stream = recordStream()
  const streamed = streamedTo(stream, table)

  const writer = simulatedFunction(world, { name: 'writer', environments, timeoutMs }, ({ clock, wire }) => {
    const store = createEventStore(faultyCommitTable(streamed, wire), clock, dense)
    const stateCache = createStateCache()
    const deploys = new Map<string, Deployed>()
    return async (execution: Execution<Command>, remainingMs) => {
      const { aggregate: name } = parseStreamName(execution.stream)
      const aggregate = deploys.get(name) ?? deployed(name, chance)
      deploys.set(name, aggregate)
      const deadline = deadlineIn(remainingMs() - reserveMs, clock)
      return execute(aggregate, execution, { store, clock, deadline, stateCache })
    }
  })
  const reader = simulatedFunction(world, { name: 'reader', environments, timeoutMs }, ({ clock, wire }) => {
    const ports = {
      store: createEventStore(faultyCommitTable(streamed, wire), clock, dense),
      rows: faultyRowStore(rows, wire),
    }
    return async ({ stream, version }: { stream: StreamName; version: number }, remainingMs) => {
      const deadline = deadlineIn(remainingMs() - reserveMs, clock)
      const { aggregate } = parseStreamName(stream)
      const caughtUp = await Promise.all(
        versions
          .generationsOf(aggregate)
          .map((one) => one.catchUp(stream, { ...ports, clock, deadline, until: version })),
      )
      return Math.min(...caughtUp.map((one) => one.version))
    }
  })
  const projector = simulatedFunction(
    world,
    { name: 'projector', environments, timeoutMs },
    ({ clock, wire }) => {
      const ports = {
        store: createEventStore(faultyCommitTable(streamed, wire), clock, dense),
        rows: faultyRowStore(rows, wire),
      }
      return async (batch: readonly Record[], remainingMs) => {
        const deadline = deadlineIn(remainingMs() - reserveMs, clock)
        const failures = await projectBatch(deliveriesOf(batch), {
          ...ports,
          clock,
          deadline,
          generations: async () => versions.generationsOf,
        })
        return failures.map(({ sequenceNumber }) => Number(sequenceNumber))
      }
    },
  )

  const headOf = (name: StreamName) =>
    Math.max(0, ...stream.records.map(({ commit }) => (commit.stream === name ? lastVersion(commit) : 0)))

  /** Throws `unavailable` and every other outcome that is not an answer. */
  async function executeOnce(execution: Execution<Command>): Promise<Answered> {
    const from = headOf(execution.stream)
    const answer = await writer.invoke(execution).then(
      (executed) => ({ executed }),
      (refused: unknown) => {
        if (!(refused instanceof Problem) || refused.code === 'unavailable') throw refused
        return { refused }
      },
    )
    return { execution, from, to: headOf(execution.stream), ...answer }
  }

  return { table, rows, stream, execute: executeOnce, reader, projector }
}
