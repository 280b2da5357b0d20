import type { StreamName } from '../../domain/kernel/stream.ts'
import { type Forwarded, type ForwardOptions, sendRest, settle } from './forward-batch.ts'
import { planHeld } from './plan.ts'
import { putEvents } from './put-events.ts'

/**
 * Retries a parked stream without waiting for its next event. It sends all events from the mark on, from the store, and
 * removes or moves the mark. A stream that is not parked has nothing to send. Events that another process sends at the
 * same time are sent twice. Throws if the store or the marks do not answer.
 */
export async function resubmit(stream: StreamName, options: ForwardOptions): Promise<Forwarded> {
  const { marks } = await options.parked.read([stream])
  const mark = marks.get(stream)
  if (mark === undefined)
    return { stream, sent: 0, mark: undefined, moved: false, failed: [], error: undefined }
  const plan = await planHeld(stream, mark, options)
  const settled = await settle(plan, await putEvents(plan.events, options), [], options)
  return sendRest(plan, settled, [], options)
}
