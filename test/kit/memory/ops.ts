import type { StoredEvent } from '../../../domain/kernel/event.ts'
import type { StreamName } from '../../../domain/kernel/stream.ts'
import type { OpsCommand, Options } from '../../../infra/cli/ops/command.ts'
import type { Ports } from '../../../infra/cli/ops/ports.ts'
import { createMemoryGenerationLists } from '../../../projections/generations/memory-generation-lists.ts'
import type { BusEntry } from '../../../projections/publishing/event-bus.ts'
import { createMemoryParkedStreams } from '../../../projections/publishing/memory-parked-streams.ts'
import { createMemoryCheckpoints } from '../../../projections/rebuild/replay/memory-checkpoints.ts'
import { createMemoryRowRemover } from '../../../projections/rebuild/replay/memory-row-remover.ts'
import { createMemoryCommitScan } from '../../../projections/rebuild/walk/memory-commit-scan.ts'
import { fleetAggregateNamed, fleetCatalogue, fleetVersions } from '../fleet/fleet.ts'
import { newCommit } from '../stores/commits.ts'
import { memoryFailedWork } from './failed-work.ts'
import { ample, readSide } from './read-side.ts'

/** The operator's commands over stores in memory, and a function that runs one. */
export function opsSide() {
  const side = readSide()
  const { table, store, rows, clock } = side
  const parked = createMemoryParkedStreams()
  const sent: BusEntry[] = []
  const ports: Ports = {
    commits: table,
    store,
    rows,
    parked,
    catalogue: fleetCatalogue,
    aggregateNamed: fleetAggregateNamed,
    versions: fleetVersions,
    lists: createMemoryGenerationLists(),
    clock,
    scan: createMemoryCommitScan(table),
    checkpoints: createMemoryCheckpoints(),
    scanOf: (segment, segments) => createMemoryCommitScan(table, { limit: 3, segment, segments }),
    remover: createMemoryRowRemover(rows),
    index: {
      async parkedKeys() {
        const [guards, marks] = await Promise.all([rows.parkedKeys(), parked.parkedKeys()])
        return { keys: [...guards.keys, ...marks.keys], cost: guards.cost }
      },
    },
    bus: {
      async put(entries) {
        sent.push(...entries)
        return entries.map(() => undefined)
      },
    },
    async *guards() {},
    handled: { read: async (keys) => keys.map(() => undefined) },
    admins: { add: async () => 'unknown', remove: async () => 'unknown', list: async () => [] },
    reactions: [],
    failedWork: async () => memoryFailedWork([]).work,
    functionLogs: async () => ({ find: async () => [] }),
    code: async () => ports,
    async *newItems(_signal, onReady) {
      onReady()
      yield* table.all()
    },
  }

  /** Appends stored events, whether or not this code knows their types. */
  const appendStored = async (stream: StreamName, at: string, ...events: StoredEvent[]): Promise<void> => {
    const { head } = await store.load(stream, ample)
    await store.append(head, newCommit({ at, events }), ample)
  }

  /** Runs a command. `printed` holds each piece of its output. */
  const run = async (
    command: OpsCommand,
    operands: readonly string[] = [],
    options: Options = {},
    over: Partial<Ports> = {},
    signal = new AbortController().signal,
  ) => {
    const printed: { json: unknown; text: string }[] = []
    const told: string[] = []
    const request = {
      operands,
      options,
      untilInterrupted: () => signal,
      print: (json: unknown, text: string) => void printed.push({ json, text }),
      tell: (text: string) => void told.push(text),
    }
    const opened = { ...ports, ...over }
    const answer = await command.run(
      request,
      async () => opened,
      async () => opened,
    )
    return { ...answer, printed, told }
  }
  return { ...side, ports, parked, sent, appendStored, run }
}
