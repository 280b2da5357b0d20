import { fromItem } from '../../commands/event-store/commit-item.ts'
import type { CommitTable } from '../../commands/event-store/commit-table.ts'
import type { Commit } from '../../domain/kernel/event.ts'
import { type Faults, withDeliveryFaults } from '../../infra/local/index.ts'
import type { Delivery } from '../../projections/delivery/stream-record.ts'
import type { Seeded } from '../kit/seeded.ts'
import type { SimulatedFunction } from './process.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** A record of the stream, and its index there. */
export interface Record {
  readonly commit: Commit
  readonly place: number
}

export interface RecordStream {
  readonly records: readonly Record[]
  push(commit: Commit): void
  /** Ends the stream after its present records. */
  close(): void
  /** Waits until the stream has this many records. Resolves to false if it is closed first. */
  reaches(length: number): Promise<boolean>
}

export function recordStream(): RecordStream {
  const records: Record[] = []
  const waiting: (() => void)[] = []
  let closed = false
  const wake = () => {
    for (const resume of waiting.splice(0)) resume()
  }
  return {
    records,
    push(commit) {
      records.push({ commit, place: records.length })
      wake()
    },
    close() {
      closed = true
      wake()
    },
    async reaches(length) {
      while (records.length < length && !closed) await new Promise<void>((resume) => waiting.push(resume))
      return records.length >= length
    },
  }
}

/** A table whose commits appear on the stream as soon as they are put. */
export function streamedTo<Table extends CommitTable>(stream: RecordStream, table: Table): Table {
  return {
    ...table,
    async putNew(item, reservations, timeoutMs) {
      const answer = await table.putNew(item, reservations, timeoutMs)
      if (answer.outcome === 'put') stream.push(fromItem(item))
      return answer
    },
  }
}

/** Records as a handler reads them. Their sequence numbers are their indices. */
export function deliveriesOf(batch: readonly Record[]): Delivery[] {
  return batch.map(({ commit, place }) => {
    const { stream, version } = commit
    return { stream, version, commit, sequenceNumber: String(place) }
  })
}

/** Number of lanes. Records of one lane are delivered in order; there is no order between lanes. */
const lanes = 3

interface DeliverOptions {
  readonly name: string
  readonly stream: RecordStream
  readonly target: SimulatedFunction<readonly Record[], readonly number[]>
  readonly clock: VirtualClock
  readonly faults: Faults
  readonly chance: Seeded
}

/** Delivers a stream to a function as Lambda does, until it is closed and fully delivered. */
export async function deliverStream(o: DeliverOptions): Promise<void> {
  await Promise.all(Array.from({ length: lanes }, (_, lane) => deliverLane(o, lane)))
}

async function deliverLane(o: DeliverOptions, lane: number): Promise<void> {
  const { clock, chance } = o
  const late: Promise<void>[] = []

  /** A partial response rewinds to the lowest reported record; a failure delivers the whole batch again. */
  async function deliver(batch: readonly Record[]): Promise<void> {
    for (let left = batch; left.length > 0; ) {
      const failed = await o.target.invoke(left).catch(() => left.map(({ place }) => place))
      const from = left.findIndex(({ place }) => failed.includes(place))
      left = from === -1 ? [] : left.slice(from)
      if (left.length > 0) await clock.sleep(100)
    }
  }

  const shaken = withDeliveryFaults<Record>(
    {
      place: `stream ${o.name} ${lane}`,
      faults: o.faults,
      sleep: clock.sleep,
      itemOf: ({ commit }) => `${commit.stream}/${commit.version}`,
    },
    (batch) => {
      const delivered = deliver(batch)
      late.push(delivered)
      return delivered
    },
  )
  for (let at = 0; await o.stream.reaches(at + 1); ) {
    const next = o.stream.records.slice(at, at + lanes * chance.between(1, 4))
    at += next.length
    const batch = next.filter(({ place }) => place % lanes === lane)
    if (batch.length > 0) await shaken(batch)
  }
  // A batch that was overtaken may begin only now.
  await clock.sleep(10_000)
  await Promise.all(late)
}
