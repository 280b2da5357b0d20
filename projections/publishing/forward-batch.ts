import type { Clock } from '../../domain/kernel/clock.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import { byStream, type Delivery } from '../delivery/stream-record.ts'
import type { EventCatalogue } from './event-catalogue.ts'
import type { Mark, ParkedStreams } from './parked-streams.ts'
import { type Plan, type Poison, planHeld, planOf } from './plan.ts'
import { type PutEventsOptions, putEvents, type Unsent } from './put-events.ts'

export interface ForwardOptions extends PutEventsOptions {
  readonly store: EventStore
  readonly parked: ParkedStreams
  readonly catalogue: EventCatalogue
  readonly known?: Map<StreamName, number>
}

/** The result for one stream of a batch. */
export interface Forwarded {
  readonly stream: StreamName
  /** The number of its events that were sent. */
  readonly sent: number
  /** The current mark of the stream. */
  readonly mark: Mark | undefined
  /** Whether the mark was set, moved or removed. */
  readonly moved: boolean
  /** The records to deliver again, and the reason. */
  readonly failed: readonly string[]
  readonly error: unknown
}

/**
 * Forwards a batch. An event that cannot be sent parks its stream from there on, and does not delay other streams. The
 * stream's next record tries again. Records with events that failed for another reason are delivered again. Throws if
 * the marks cannot be read.
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
        return await sendRest(plan, await settle(plan, unsent, delivered, options), delivered, options)
      } catch (error) {
        return unchanged(plan.stream, plan.mark, delivered, error)
      }
    }),
  )
}

/** Sends the remaining held events in parts, until the deadline. */
export async function sendRest(
  plan: Plan,
  settled: Forwarded,
  delivered: readonly Delivery[],
  options: ForwardOptions,
): Promise<Forwarded> {
  let result = settled
  for (let { rest } = plan; rest !== undefined; ) {
    const { stream, mark, sent } = result
    if (mark?.version !== rest || result.failed.length > 0) break
    if (options.deadline.left() <= 0) {
      const failed = delivered.map(({ sequenceNumber }) => sequenceNumber)
      return { ...result, failed, error: new Error('The time ran out before all held events were sent.') }
    }
    const next = await planHeld(stream, mark, options, delivered[0]?.sequenceNumber)
    result = await settle(next, await putEvents(next.events, options), delivered, options)
    result = { ...result, sent: sent + result.sent, moved: true }
    rest = next.rest
  }
  return result
}

/** The result if it is unknown which events were sent. All records of the stream are delivered again. */
function unchanged(
  stream: StreamName,
  mark: Mark | undefined,
  delivered: readonly Delivery[],
  error: unknown,
): Forwarded {
  const failed = delivered.map(({ sequenceNumber }) => sequenceNumber)
  return { stream, sent: 0, mark, moved: false, failed, error }
}

/** Sets, moves or removes the mark, so that it is never after a held event that was not sent. */
export async function settle(
  { stream, mark, heals, events, poison, rest }: Plan,
  unsent: ReadonlyMap<object, Unsent>,
  delivered: readonly Delivery[],
  { parked, clock }: ForwardOptions,
): Promise<Forwarded> {
  const failed = new Set<string>()
  const held: Poison[] = poison === undefined ? [] : [poison]
  if (rest !== undefined) held.push({ version: rest, error: mark?.error })
  let sent = 0
  let error: string | undefined
  for (const event of events) {
    const why = unsent.get(event)
    if (why === undefined) sent += 1
    else if (why.outcome === 'rejected')
      held.push({ version: event.version, error: why.error, type: event.entry.detailType })
    else {
      failed.add(event.sequenceNumber)
      error = why.error
      // The records of held events are no longer available, so the mark stays at the first event that was not sent.
      if (event.version >= (mark?.version ?? Number.POSITIVE_INFINITY))
        held.push({ version: event.version, error, type: event.entry.detailType })
    }
  }
  const [first] = held.sort((a, b) => a.version - b.version)
  if (first === undefined && !heals) return { stream, sent, mark, moved: false, ...failure(failed, error) }
  // A mark that stays at its version is also written, so that a process that read the old mark cannot remove it.
  const to = first === undefined ? undefined : markOf(first, mark, clock)
  const { outcome } = await parked.move(stream, mark, to)
  if (outcome === 'again')
    return unchanged(stream, mark, delivered, new Error('Another process also forwarded the stream.'))
  return { stream, sent, mark: to, moved: true, ...failure(failed, error) }
}

function failure(failed: ReadonlySet<string>, error: unknown): Pick<Forwarded, 'failed' | 'error'> {
  return { failed: [...failed], error }
}

function markOf({ version, error, type }: Poison, before: Mark | undefined, clock: Clock): Mark {
  const text = error instanceof Error ? error.message : String(error)
  const at = Math.max(clock.now(), before === undefined ? 0 : Date.parse(before.at) + 1)
  const stack = error instanceof Error ? error.stack?.slice(0, 1500) : undefined
  return {
    version,
    error: text.slice(0, 1000),
    at: new Date(at).toISOString(),
    ...(type !== undefined && { type }),
    ...(stack !== undefined && { stack }),
  }
}
