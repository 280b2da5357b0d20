import { setTimeout as delay } from 'node:timers/promises'
import type { Faults } from './faults.ts'
import { itemOf } from './stream-lane.ts'
import type { StreamRecord } from './stream-shards.ts'

type Batch = readonly StreamRecord[]

/** How many batches a rewind goes back at most. */
const rewound = 5

/**
 * Delivers the batches of a lane as badly as the faults of this place say. `deliver` takes a batch, and whether it
 * comes for the first time, so that the checkpoint stays where it is when it comes again.
 */
export function withDeliveryFaults(
  place: string,
  faults: Faults,
  deliver: (batch: Batch, isFirst: boolean) => Promise<void>,
): (batch: Batch) => Promise<void> {
  const recent: Batch[] = []
  /** A batch that is on its way while others overtake it. */
  let overtaken: { readonly items: ReadonlySet<string>; readonly delivered: Promise<void> } | undefined

  async function deliverFirst(batch: Batch): Promise<void> {
    await deliver(batch, true)
    recent.push(batch)
    if (recent.length > rewound) recent.shift()
  }

  return async (batch) => {
    const occasion = faults.draw(place, ['duplicate', 'reorder', 'rewind', 'delay'])
    // The records of one item keep their order, and one batch at a time is late enough.
    if (batch.some((record) => overtaken?.items.has(itemOf(record))) || occasion?.fault === 'reorder')
      await overtaken?.delivered
    switch (occasion?.fault) {
      case 'reorder': {
        const delivered = delay(occasion.afterMs)
          .then(() => deliverFirst(batch))
          .finally(() => {
            overtaken = undefined
          })
        overtaken = { items: new Set(batch.map(itemOf)), delivered }
        return
      }
      case 'rewind':
        for (const earlier of [...recent]) await deliver(earlier, false)
        break
      case 'delay':
        await delay(occasion.afterMs)
    }
    await deliverFirst(batch)
    if (occasion?.fault === 'duplicate') await deliver(batch, false)
  }
}
