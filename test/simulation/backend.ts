import { deadlineIn } from '../../commands/aws/system-clock.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../commands/event-store/memory-commit-table.ts'
import type { Register } from '../../commands/http/access.ts'
import type { ApiRequest, ApiResponse } from '../../commands/http/api.ts'
import { commandHandler } from '../../commands/http/handle-command.ts'
import { openApi } from '../../commands/http/openapi/document.ts'
import { problemKinds } from '../../commands/http/problem-details.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import type { Faults } from '../../infra/local/index.ts'
import { projectBatch } from '../../projections/delivery/project-batch.ts'
import { createMemoryRowStore } from '../../projections/engine/memory-row-store.ts'
import { listedGenerations } from '../../projections/generations/listed-generations.ts'
import { createMemoryGenerationLists } from '../../projections/generations/memory-generation-lists.ts'
import { forwardBatch } from '../../projections/publishing/forward-batch.ts'
import { createMemoryParkedStreams } from '../../projections/publishing/memory-parked-streams.ts'
import { queryHandler } from '../../projections/query/handle-query.ts'
import { createMemoryCheckpoints } from '../../projections/rebuild/replay/memory-checkpoints.ts'
import { createMemoryRowRemover } from '../../projections/rebuild/replay/memory-row-remover.ts'
import { replay } from '../../projections/rebuild/replay/replay.ts'
import { createMemoryCommitScan } from '../../projections/rebuild/walk/memory-commit-scan.ts'
import {
  faultyCheckpoints,
  faultyCommitScan,
  faultyCommitTable,
  faultyEventBus,
  faultyGenerationLists,
  faultyParkedStreams,
  faultyRowStore,
} from '../kit/faults/faulty-ports.ts'
import { type Seeded, seeded } from '../kit/seeded.ts'
import type { SimulatedApp } from './app.ts'
import { deliveriesOf, type Record, recordStream, streamedTo } from './delivery.ts'
import { type Environment, simulatedFunction, type World } from './process.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Time that a projector and a forwarder reserve to report unfinished records. */
const reserveMs = 2_000

/** A function behind the API. It takes requests, and returns the problems that its handler throws. */
function apiFunction(handle: (request: ApiRequest) => Promise<ApiResponse>) {
  return async (request: SimulatedRequest, remainingMs: () => number): Promise<ApiResponse> => {
    const { userId, headers = {}, body = '', parameters = {} } = request
    const correlationId = `correlation-of-${userId}`
    const whole: ApiRequest = {
      method: request.method,
      path: request.route,
      route: request.route,
      parameters,
      query: {},
      headers: { 'content-type': 'application/json', ...headers },
      body,
      apiUrl: '',
      correlationId,
      requestId: `request-${correlationId}`,
      remainingMs,
      identity: () => ({ userId, groups: [] }),
    }
    return handle(whole).catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error
      return { status: problemKinds[error.code].status, body: error.message }
    })
  }
}

/** The stores that all functions share. */
interface SharedStores {
  readonly streamed: ReturnType<typeof createMemoryCommitTable>
  readonly rows: ReturnType<typeof createMemoryRowStore>
  readonly lists: ReturnType<typeof createMemoryGenerationLists>
}

/** The ports of one environment of a function. Every fault happens between these ports and the stores. */
function faultyPorts({ streamed, rows, lists }: SharedStores, { clock, wire }: Environment) {
  const commits = faultyCommitTable(streamed, wire)
  return {
    store: createEventStore(commits, clock),
    rows: faultyRowStore(rows, wire),
    lists: faultyGenerationLists(lists, wire),
    reservations: commits,
    clock,
  }
}

/** The ports and stores of the functions behind the stream. */
interface ConsumerPorts {
  readonly portsOf: (environment: Environment) => ReturnType<typeof faultyPorts>
  readonly table: ReturnType<typeof createMemoryCommitTable>
  readonly marks: ReturnType<typeof createMemoryParkedStreams>
  /** The ids of the events that reached the bus. */
  readonly published: string[]
}

/** The functions behind the stream, and the operator's worker of a replay. */
function simulatedConsumers(
  app: SimulatedApp,
  world: World,
  { portsOf, table, marks, published }: ConsumerPorts,
) {
  const environments = 2
  const timeoutMs = 15_000
  // Each function reports the indices of the records to deliver again.
  const projector = simulatedFunction(
    world,
    { name: 'projector', environments, timeoutMs },
    (environment) => {
      const ports = portsOf(environment)
      return async (batch: readonly Record[], remainingMs) => {
        const deadline = deadlineIn(remainingMs() - reserveMs, environment.clock)
        const failures = await projectBatch(deliveriesOf(batch), {
          ...ports,
          deadline,
          generations: () => listedGenerations(app.versions, ports.lists, world.clock),
        })
        return failures.map(({ sequenceNumber }) => Number(sequenceNumber))
      }
    },
  )
  // The operator's worker: a process that may be killed, but has no time limit.
  const checkpoints = createMemoryCheckpoints()
  const replayer = simulatedFunction(
    world,
    { name: 'replayer', environments: 2, timeoutMs: 3_600_000 },
    (environment) => {
      const ports = portsOf(environment)
      const { wire } = environment
      return (segments: number) =>
        replay(app.versions.newestOf(app.rebuilt).generation(2), {
          ...ports,
          versions: app.versions,
          segments,
          signal: new AbortController().signal,
          checkpoints: faultyCheckpoints(checkpoints, wire),
          scanOf: (segment) =>
            faultyCommitScan(createMemoryCommitScan(table, { limit: 5, segment, segments }), wire),
        })
    },
  )
  const forwarder = simulatedFunction(
    world,
    { name: 'forwarder', environments, timeoutMs },
    (environment) => {
      const { store } = portsOf(environment)
      const { clock, wire } = environment
      const parked = faultyParkedStreams(marks, wire)
      const bus = faultyEventBus(
        {
          async put(entries) {
            for (const { detail } of entries) published.push(String(JSON.parse(detail).id))
            return entries.map(() => undefined)
          },
        },
        wire,
      )
      return async (batch: readonly Record[], remainingMs) => {
        const deadline = deadlineIn(remainingMs() - reserveMs, clock)
        const results = await forwardBatch(deliveriesOf(batch), {
          bus,
          catalogue: app.catalogue,
          parked,
          store,
          clock,
          deadline,
        })
        return results.flatMap(({ failed }) => failed.map(Number))
      }
    },
  )

  return { projector, replayer, forwarder }
}

/**
 * The whole backend over tables in memory. Its functions are the real ones, each in up to two environments
 * that may be killed. Calls to their ports fail as `faults` says.
 */
export function simulatedBackend(app: SimulatedApp, clock: VirtualClock, faults: Faults, seed: string) {
  const chance: Seeded = seeded(`${seed} backend`)
  const world = { clock, faults, chance }
  const table = createMemoryCommitTable()
  const rows = createMemoryRowStore()
  const lists = createMemoryGenerationLists()
  const marks = createMemoryParkedStreams()
  const stream = recordStream()
  const published: string[] = []

  const streamed = streamedTo(stream, table)
  const portsOf = (environment: Environment) => faultyPorts({ streamed, rows, lists }, environment)
  const timeoutMs = 15_000

  const registration = simulatedFunction(
    world,
    { name: 'registration', environments: 2, timeoutMs: 10_000 },
    (environment) => app.registration(portsOf(environment)),
  )
  const register: Register = async ({ userId }) => {
    const problem = await registration.invoke(userId).catch(() => {
      throw new Problem('unavailable', 'The registration failed.', { retryAfterSeconds: 1 })
    })
    if (problem !== undefined) throw problem
  }

  const environments = 2
  const commands = simulatedFunction(world, { name: 'commands', environments, timeoutMs }, (environment) => {
    const ports = portsOf(environment)
    return apiFunction(
      commandHandler({
        ...ports,
        commands: app.contract.commands,
        handlers: app.handlers,
        accountStatusOf: app.accountStatusFrom(ports.store),
        register,
      }),
    )
  })
  const queries = simulatedFunction(world, { name: 'queries', environments, timeoutMs }, (environment) =>
    apiFunction(
      queryHandler({
        ...portsOf(environment),
        queries: app.contract.queries,
        handlers: app.queryHandlers,
        openApi: (apiUrl) => openApi(apiUrl, app.contract),
        accounts: app.accounts,
        versions: app.versions,
        register,
      }),
    ),
  )

  const { projector, replayer, forwarder } = simulatedConsumers(app, world, {
    portsOf,
    table,
    marks,
    published,
  })

  const store = createEventStore(table, clock)
  const remover = createMemoryRowRemover(rows)
  return {
    table,
    store,
    rows,
    lists,
    remover,
    marks,
    stream,
    published,
    commands,
    queries,
    projector,
    forwarder,
    replayer,
  }
}

export type SimulatedBackend = ReturnType<typeof simulatedBackend>

export interface SimulatedRequest {
  readonly method: 'GET' | 'POST'
  /** For example `/voyages/{voyageId}`. */
  readonly route: string
  readonly parameters?: { readonly [name: string]: string }
  readonly userId: string
  readonly headers?: { readonly [name: string]: string }
  readonly body?: string
}
