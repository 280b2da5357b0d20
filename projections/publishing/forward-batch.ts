import type { Clock } from '../../domain/kernel/clock.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import { byStream, type Delivery } from '../delivery/stream-record.ts'
import type { EventCatalogue } from './event-catalogue.ts'
import type { Mark, ParkedStreams } from './parked-streams.ts'
import { type Plan, planOf } from './plan.ts'
import { type PutEventsOptions, putEvents, type Unsent } from './put-events.ts'

export interface ForwardOptions extends PutEventsOptions {
  readonly store: EventStore
  readonly parked: ParkedStreams
  readonly catalogue: EventCatalogue
}

/** The result for one stream of a batch. */
export interface Forwarded {
  readonly stream: StreamName
  /** How many of its events were sent. */
  readonly sent: number
  /** The mark that it has now. */
  readonly mark: Mark | undefined
  /** Whether the mark was set, moved or removed. */
  readonly moved: boolean
  /** The records to deliver again, and why. */
  readonly failed: readonly string[]
  readonly error: unknown
}

/**
 * Forwards a batch. A stream with an event that cannot be sent is parked from there on and holds up no other;
 * its next record tries again. Records with events that failed for another reason are delivered again. Throws where the
 * marks cannot be read.
 */
export async function forwardBatch(
  deliveries: readonly Delivery[],
  options: ForwardOptions,
): Promise<readonly Forwarded[]> {
  const streams = byStream(deliveries)
  const { marks } = await options.parked.read(streams.map(([stream]) => stream))

  const planned = await Promise.all(
    streams.map(async ([stream, delivered]) => {
      try {
        return { plan: await planOf(stream, delivered, marks.get(stream), options), delivered }
      } catch (error) {
        return unchanged(stream, marks.get(stream), delivered, error)
      }
    }),
  )
  const events = planned.flatMap((one) => ('plan' in one ? one.plan.events : []))
  const unsent = await putEvents(events, options)

  return Promise.all(
    planned.map(async (one) => {
      if (!('plan' in one)) return one
      const { plan, delivered } = one
      try {
        return await settle(plan, unsent, delivered, options)
      } catch (error) {
        return unchanged(plan.stream, plan.mark, delivered, error)
      }
    }),
  )
}

/** Nothing is known to be sent: all of its records come again. */
function unchanged(
  stream: StreamName,
  mark: Mark | undefined,
  delivered: readonly Delivery[],
  error: unknown,
): Forwarded {
  const failed = delivered.map(({ sequenceNumber }) => sequenceNumber)
  return { stream, sent: 0, mark, moved: false, failed, error }
}

/** Sets, moves or removes the mark, so that every event that was held back lies at it or after it. */
export async function settle(
  { stream, mark, heals, events, poison }: Plan,
  unsent: ReadonlyMap<object, Unsent>,
  delivered: readonly Delivery[],
  { parked, clock }: ForwardOptions,
): Promise<Forwarded> {
  const failed = new Set<string>()
  const held = poison === undefined ? [] : [poison]
  let sent = 0
  let error: string | undefined
  for (const event of events) {
    const why = unsent.get(event)
    if (why === undefined) sent += 1
    else if (why.outcome === 'rejected') held.push({ version: event.version, error: why.error })
    else {
      failed.add(event.sequenceNumber)
      error = why.error
      // The records of what was held back are gone, so the mark stays where it could not be sent.
      if (event.version >= (mark?.version ?? Number.POSITIVE_INFINITY)) held.push({ ...event, error })
    }
  }
  const [first] = held.sort((a, b) => a.version - b.version)
  if (first === undefined && !heals) return { stream, sent, mark, moved: false, ...failure(failed, error) }
  // Also where it stays at its version: who has read it before may not remove it for what was held back now.
  const to = first === undefined ? undefined : markOf(first, mark, clock)
  const { outcome } = await parked.move(stream, mark, to)
  if (outcome === 'again')
    return unchanged(stream, mark, delivered, new Error('The stream was forwarded elsewhere too.'))
  return { stream, sent, mark: to, moved: true, ...failure(failed, error) }
}

function failure(failed: ReadonlySet<string>, error: unknown): Pick<Forwarded, 'failed' | 'error'> {
  return { failed: [...failed], error }
}

function markOf(
  { version, error }: { version: number; error: unknown },
  before: Mark | undefined,
  clock: Clock,
): Mark {
  const text = error instanceof Error ? error.message : String(error)
  const at = Math.max(clock.now(), before === undefined ? 0 : Date.parse(before.at) + 1)
  return { version, error: text.slice(0, 1000), at: new Date(at).toISOString() }
}
