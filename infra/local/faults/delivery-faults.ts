import type { Faults } from './faults.ts'

export interface DeliveryOptions<Item> {
  /** Names the place where the faults happen, as in `stream Annals-Projector`. */
  readonly place: string
  readonly faults: Faults
  /** Returns the key of the item that a record belongs to. The records of one item keep their order. */
  readonly itemOf: (record: Item) => string
  readonly sleep: (milliseconds: number) => Promise<unknown>
}

/** Maximum number of batches that a rewind goes back. */
const rewound = 5

/**
 * Wraps the delivery of a lane's batches with the faults of its place. `deliver` receives a batch and whether this is
 * its first delivery, so that a repeated batch does not move the checkpoint.
 */
export function withDeliveryFaults<Item>(
  { place, faults, itemOf, sleep }: DeliveryOptions<Item>,
  deliver: (batch: readonly Item[], isFirst: boolean) => Promise<void>,
): (batch: readonly Item[]) => Promise<void> {
  const recent: (readonly Item[])[] = []
  /** A batch that is delayed while others overtake it. */
  let overtaken: { readonly items: ReadonlySet<string>; readonly delivered: Promise<void> } | undefined

  async function deliverFirst(batch: readonly Item[]): Promise<void> {
    await deliver(batch, true)
    recent.push(batch)
    if (recent.length > rewound) recent.shift()
  }

  return async (batch) => {
    const occasion = faults.draw(place, ['duplicate', 'reorder', 'rewind', 'delay'])
    // At most one batch is overtaken at a time.
    if (batch.some((record) => overtaken?.items.has(itemOf(record))) || occasion?.fault === 'reorder')
      await overtaken?.delivered
    switch (occasion?.fault) {
      case 'reorder': {
        const delivered = sleep(occasion.afterMs)
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
        await sleep(occasion.afterMs)
    }
    await deliverFirst(batch)
    if (occasion?.fault === 'duplicate') await deliver(batch, false)
  }
}
