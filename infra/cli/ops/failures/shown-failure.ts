import type { TakenMessage } from './failed-work.ts'
import { failureOf, reasonIn } from './failure.ts'
import type { QueueKind } from './queue-kind.ts'

/** A message of a queue of failed work, as the commands show it. */
export interface ShownFailure {
  readonly id: string
  /** When the work was first queued. */
  readonly at: string
  readonly kind: 'event' | 'invocation' | 'schedule' | 'records' | 'unknown'
  readonly attempts?: number | undefined
  /** The type of the event, or the subject of other work. */
  readonly subject?: string | undefined
  readonly event?: string | undefined
  readonly correlationId?: string | undefined
  readonly reason: string
}

/** Describes a message. If it does not contain the reason, `reason` says which log does. */
export function shownFailure(message: TakenMessage, { functionName, source }: QueueKind): ShownFailure {
  const failure = failureOf(message)
  const { reason, attempts } = reasonIn(message)
  const place = `the log of ${functionName} has the error`
  return {
    id: message.id,
    at: new Date(message.sentAt).toISOString(),
    kind: failure.kind,
    // SQS moves an event after this many tries, and adds no reason.
    attempts: attempts ?? (failure.kind === 'event' ? source?.redrive?.maxReceives : undefined),
    ...(failure.kind === 'event' && {
      subject: failure.event.type,
      event: failure.event.id ?? failure.event.deliveryId,
      correlationId: failure.event.correlationId,
    }),
    ...(failure.kind === 'invocation' && { subject: failure.functionArn.replace(/^.*:function:/, '') }),
    ...(failure.kind === 'schedule' && { subject: failure.scheduleArn.replace(/^.*\//, '') }),
    ...(failure.kind === 'records' && {
      subject: `${failure.count} records from ${failure.first} to ${failure.last}`,
    }),
    reason: reason === undefined ? `failed in every try; ${place}` : reason,
  }
}
