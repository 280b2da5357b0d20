import type { CommitTable } from '../../../commands/event-store/commit-table.ts'
import { noCost } from '../../../domain/kernel/cost.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import type { Fault, Faults } from '../../../infra/local/index.ts'
import type { RowStore } from '../../../projections/engine/row-store.ts'
import type { GenerationLists } from '../../../projections/generations/generation-list.ts'
import type { EventBus } from '../../../projections/publishing/event-bus.ts'
import type { ParkedStreams } from '../../../projections/publishing/parked-streams.ts'
import type { Checkpoints } from '../../../projections/rebuild/replay/checkpoints.ts'
import type { CommitScan } from '../../../projections/rebuild/walk/commit-scan.ts'

/**
 * Carries a call to a port and its answer back, as a network connection does. `effect` is the call itself. `failed`
 * returns or throws what the caller gets if it does not learn the outcome.
 */
export type Wire = <T>(
  place: string,
  effect: () => Promise<T>,
  failed: () => T,
  timeoutMs?: number,
) => Promise<T>

const faultsOfCalls: readonly Fault[] = ['throttle', 'fail', 'fail-after', 'lose-answer']
/** Places where DynamoDB may have a transaction in progress. */
const transactions = ['putNew', 'move']

/** The faults that a call at this place can have. */
export function faultsAt(place: string): readonly Fault[] {
  return transactions.includes(place) ? [...faultsOfCalls, 'conflict'] : faultsOfCalls
}

/** A wire on which nothing takes time. */
export function faultyWire(faults: Faults): Wire {
  return async (place, effect, failed) => {
    const occasion = faults.draw(place, faultsAt(place))
    if (occasion === undefined) return effect()
    if (occasion.fault === 'fail-after' || occasion.fault === 'lose-answer') await effect()
    return failed()
  }
}

const unavailable = (): never => {
  throw new Problem('unavailable', 'The wire is broken.', { retryAfterSeconds: 1 })
}
const oneRequest = { ...noCost, requests: 1 }

/** A commit table behind a wire. It keeps every put, so that tests can examine retries. */
export function faultyCommitTable<Table extends CommitTable>(
  table: Table,
  wire: Wire,
): Table & { puts: unknown[] } {
  const puts: unknown[] = []
  return {
    ...table,
    puts,
    putNew(item, reservations, timeoutMs) {
      puts.push({ item, reservations })
      const failed = () => ({ outcome: 'unknown' as const, cost: oneRequest })
      return wire('putNew', () => table.putNew(item, reservations, timeoutMs), failed, timeoutMs)
    },
    query: (stream, range, timeoutMs) =>
      wire('query', () => table.query(stream, range, timeoutMs), unavailable, timeoutMs),
  }
}

/** A read model behind a wire. */
export function faultyRowStore(rows: RowStore, wire: Wire): RowStore {
  return {
    readGuard: (key) => wire('readGuard', () => rows.readGuard(key), unavailable),
    readGuards: (keys) => wire('readGuards', () => rows.readGuards(keys), unavailable),
    move: (move) =>
      wire(
        'move',
        () => rows.move(move),
        () => ({ outcome: 'again', cost: oneRequest }),
      ),
    put: (some) =>
      wire(
        'put',
        () => rows.put(some),
        () => ({ outcome: 'again', cost: oneRequest }),
      ),
    readRows: (keys) => wire('readRows', () => rows.readRows(keys), unavailable),
    list: (partition, options) => wire('list', () => rows.list(partition, options), unavailable),
    sums: (partition, range) => wire('sums', () => rows.sums(partition, range), unavailable),
  }
}

/** Generation lists behind a wire. */
export function faultyGenerationLists(lists: GenerationLists, wire: Wire): GenerationLists {
  return {
    read: (projections) => wire('readLists', () => lists.read(projections), unavailable),
    move: (projection, to) =>
      wire(
        'moveList',
        () => lists.move(projection, to),
        () => ({ outcome: 'again', cost: oneRequest }),
      ),
  }
}

/** Checkpoints of a replay behind a wire. */
export function faultyCheckpoints(checkpoints: Checkpoints, wire: Wire): Checkpoints {
  return {
    read: (generation, segments) =>
      wire('readCheckpoints', () => checkpoints.read(generation, segments), unavailable),
    move: (generation, segment, to) =>
      wire(
        'moveCheckpoint',
        () => checkpoints.move(generation, segment, to),
        () => ({ outcome: 'again', cost: oneRequest }),
      ),
  }
}

/** A scan of commits behind a wire. */
export function faultyCommitScan(scan: CommitScan, wire: Wire): CommitScan {
  return {
    page: (after, timeoutMs) => wire('scan', () => scan.page(after, timeoutMs), unavailable, timeoutMs),
  }
}

/** The forwarder's marks behind a wire. */
export function faultyParkedStreams(marks: ParkedStreams, wire: Wire): ParkedStreams {
  return {
    read: (streams) => wire('readMarks', () => marks.read(streams), unavailable),
    move: (stream, from, to) => wire('moveMark', () => marks.move(stream, from, to), unavailable),
  }
}

/** A bus behind a wire. */
export function faultyEventBus(bus: EventBus, wire: Wire): EventBus {
  const broken = (): never => {
    throw new Error('The wire is broken.')
  }
  return {
    put: (entries, timeoutMs) => wire('putEvents', () => bus.put(entries, timeoutMs), broken, timeoutMs),
  }
}
