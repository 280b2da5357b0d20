import { eachInParallel } from '../../commands/aws/parallel.ts'
import { failureOf, isRefusal } from '../../commands/aws/sdk-call.ts'
import { backoff, type Clock } from '../../domain/kernel/clock.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
import { batches } from './batches.ts'
import type { BusEntry, EventBus } from './event-bus.ts'

/**
 * Why an entry was not sent. `rejected` means that the entry itself is invalid and can never be sent. `failed` means
 * that it may be sent later.
 */
export interface Unsent {
  readonly outcome: 'rejected' | 'failed'
  readonly error: string
}

export interface PutEventsOptions {
  readonly bus: EventBus
  readonly clock: Clock
  readonly deadline: Deadline
}

/** Maximum number of concurrent requests. */
const concurrency = 4

/**
 * Sends entries, and retries those that failed, with full jitter until the deadline. Returns why the remaining entries
 * were not sent. An entry whose answer was lost is sent twice, and consumers must deduplicate by id.
 */
export async function putEvents<Item extends { readonly entry: BusEntry }>(
  items: readonly Item[],
  { bus, clock, deadline }: PutEventsOptions,
): Promise<Map<Item, Unsent>> {
  const unsent = new Map<Item, Unsent>(
    items.map((item) => [item, { outcome: 'failed', error: 'The time ran out before the event was sent.' }]),
  )

  /** Sends one request, and returns the items that are worth a retry. */
  const send = async (batch: readonly Item[]): Promise<readonly Item[]> => {
    if (deadline.left() <= 0) return []
    try {
      const codes = await bus.put(
        batch.map(({ entry }) => entry),
        deadline.left(),
      )
      return batch.filter((item, index) => {
        const code = codes[index]
        if (code === undefined) unsent.delete(item)
        else unsent.set(item, { outcome: rejections.has(code) ? 'rejected' : 'failed', error: code })
        return code !== undefined && !permanent.has(code)
      })
    } catch (cause) {
      const error = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
      for (const item of batch) unsent.set(item, { outcome: 'failed', error })
      if (failureOf(cause) !== 'definite') return batch
      if (!isRefusal(cause)) return []
      // Perhaps only one entry is at fault, so each entry is sent alone.
      if (batch.length > 1) {
        const again: Item[] = []
        for (const item of batch) again.push(...(await send([item])))
        return again
      }
      for (const item of batch) unsent.set(item, { outcome: 'rejected', error })
      return []
    }
  }

  let pending = items
  for (let attempt = 0; pending.length > 0; attempt++) {
    if (attempt > 0) {
      const pause = backoff(attempt, clock.random)
      if (deadline.left() <= pause) break
      await clock.sleep(pause)
    }
    const again = new Set<Item>()
    await eachInParallel(batches(pending), concurrency, async (batch) => {
      for (const item of await send(batch)) again.add(item)
    })
    pending = pending.filter((item) => again.has(item))
  }
  return unsent
}

/** The codes for an invalid entry, from PutEventsResultEntry in the API reference. */
const rejections = new Set(['InvalidArgument', 'MalformedDetail'])

/** All codes that are not worth a retry. */
const permanent = new Set([
  ...rejections,
  'AccessDeniedException',
  'InvalidAccountIdException',
  'RedactionFailure',
  'NotAuthorizedForSourceException',
  'NotAuthorizedForDetailTypeException',
])
