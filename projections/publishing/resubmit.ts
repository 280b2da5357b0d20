import type { StreamName } from '../../domain/kernel/stream.ts'
import { type Forwarded, type ForwardOptions, settle } from './forward-batch.ts'
import { planHeld } from './plan.ts'
import { putEvents } from './put-events.ts'

/**
 * Tries a parked stream again without waiting for its next event: everything from its mark on, from the store, is
 * sent, and the mark is removed or moved by what came of it. A stream that is not parked has nothing to send. What
 * another sends meanwhile is sent twice. Throws where the store or the marks do not answer.
 */
export async function resubmit(stream: StreamName, options: ForwardOptions): Promise<Forwarded> {
  const { marks } = await options.parked.read([stream])
  const mark = marks.get(stream)
  if (mark === undefined)
    return { stream, sent: 0, mark: undefined, moved: false, failed: [], error: undefined }
  const plan = await planHeld(stream, mark, options)
  return settle(plan, await putEvents(plan.events, options), [], options)
}
