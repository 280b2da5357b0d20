import type { Faults } from './faults.ts'

export interface DeliveryOptions<Item> {
  /** Names what goes wrong, as in `stream Annals-Projector`. */
  readonly place: string
  readonly faults: Faults
  /** Names the item that a record is of: the records of one item keep their order. */
  readonly itemOf: (record: Item) => string
  readonly sleep: (milliseconds: number) => Promise<unknown>
}

/** How many batches a rewind goes back at most. */
const rewound = 5

/**
 * Delivers the batches of a lane as badly as the faults of its place say. `deliver` takes a batch, and whether it
 * comes for the first time, so that a checkpoint stays where it is when it comes again.
 */
export function withDeliveryFaults<Item>(
  { place, faults, itemOf, sleep }: DeliveryOptions<Item>,
  deliver: (batch: readonly Item[], isFirst: boolean) => Promise<void>,
): (batch: readonly Item[]) => Promise<void> {
  const recent: (readonly Item[])[] = []
  /** A batch that is on its way while others overtake it. */
  let overtaken: { readonly items: ReadonlySet<string>; readonly delivered: Promise<void> } | undefined

  async function deliverFirst(batch: readonly Item[]): Promise<void> {
    await deliver(batch, true)
    recent.push(batch)
    if (recent.length > rewound) recent.shift()
  }

  return async (batch) => {
    const occasion = faults.draw(place, ['duplicate', 'reorder', 'rewind', 'delay'])
    // One batch at a time is late enough.
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
