import { deadlineIn } from '../../commands/aws/system-clock.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import { type Commit, lastVersion } from '../../domain/kernel/event.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import { commitsOfStream, type WalkedStream } from '../rebuild/walk/walk.ts'
import type { EventBus } from './event-bus.ts'
import type { EventCatalogue } from './event-catalogue.ts'
import { planAgain } from './plan.ts'
import { putEvents } from './put-events.ts'

/**
 * A period of time, in milliseconds since 1970. `from` is included and `to` is not. It is compared with the commits'
 * `at`.
 */
export interface Period {
  readonly from: number
  readonly to: number
}

export interface RepublishOptions {
  readonly store: Pick<EventStore, 'read'>
  readonly bus: EventBus
  readonly catalogue: EventCatalogue
  readonly clock: Clock
  /** Without a period, all events are sent. */
  readonly period?: Period | undefined
}

/** The result for the public events of a stream. */
export interface Republished {
  readonly stream: StreamName
  /** The number of its commits to send. */
  readonly commits: number
  readonly sent: number
  readonly unsent: readonly UnsentEvent[]
}

export interface UnsentEvent {
  readonly version: number
  readonly error: string
  /** Whether the event can never be sent. Later events of the stream were then not tried. */
  readonly ends: boolean
}

/** Maximum time to read a page of commits or to send its events, in milliseconds. */
const readMs = 10_000
const sendMs = 120_000

/**
 * Sends the public events of a stream again: all of them, or those of a period. It neither reads nor moves the mark of
 * a parked stream. As in the forwarder, nothing is sent from the first event that can never be sent. Consumers
 * deduplicate by the event's id. Throws permanent errors of the store, such as a missing permission.
 */
export async function republish(walked: WalkedStream, options: RepublishOptions): Promise<Republished> {
  const { stream } = walked
  const { store, bus, catalogue, clock, period } = options
  const unsent: UnsentEvent[] = []
  let count = 0
  let sent = 0
  let next = 1
  try {
    for await (const commits of commitsOfStream(walked, store, { left: () => readMs })) {
      const wanted = commits.filter((commit) => isIn(commit, period))
      count += wanted.length
      const { events, poison } = planAgain(wanted, catalogue)
      const left = await putEvents(events, { bus, clock, deadline: deadlineIn(sendMs, clock) })
      sent += events.length - left.size
      for (const [{ version }, { error }] of left) unsent.push({ version, error, ends: false })
      if (poison !== undefined) {
        unsent.push({ version: poison.version, error: reasonOf(poison.error), ends: true })
        break
      }
      const last = commits.at(-1)
      if (last === undefined) continue
      next = lastVersion(last) + 1
      // The commits of a stream are in the order of their times.
      if (period !== undefined && Date.parse(last.at) >= period.to) break
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    unsent.push({ version: next, error: reasonOf(error), ends: true })
  }
  return { stream, commits: count, sent, unsent }
}

function isIn({ at }: Commit, period: Period | undefined): boolean {
  const time = Date.parse(at)
  return period === undefined || (period.from <= time && time < period.to)
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
