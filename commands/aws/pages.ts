import { addCost, type Cost, noCost } from '../../domain/kernel/cost.ts'
import { bytesOf, maxPageBytes } from './dynamo-limits.ts'

/** A page of a query or a scan. It can contain fewer items than requested, or none, although more follow. */
export interface StorePage<Item, Key> {
  readonly items: readonly Item[]
  /** The key to continue after; undefined if the store reports that nothing follows. */
  readonly next: Key | undefined
  readonly cost: Cost
}

/**
 * Reads pages until there are enough items, or until the store reports that nothing follows. Every list of an adapter
 * uses this function, because a page can end at 1 MB.
 */
export async function readPages<Item, Key>(
  page: (after: Key | undefined, limit: number) => Promise<StorePage<Item, Key>>,
  limit = Number.POSITIVE_INFINITY,
): Promise<{ readonly items: readonly Item[]; readonly cost: Cost }> {
  const items: Item[] = []
  let cost = noCost
  let after: Key | undefined
  do {
    const answer = await page(after, limit - items.length)
    items.push(...answer.items)
    cost = addCost(cost, answer.cost)
    after = answer.next
  } while (after !== undefined && items.length < limit)
  return { items, cost }
}

/** Returns a page as DynamoDB does, for a store in memory: sorted items up to 1 MB, at most `limit` of them. */
export function pageOf<Item extends object>(
  sorted: readonly Item[],
  limit = Number.POSITIVE_INFINITY,
): { readonly items: readonly Item[]; readonly more: boolean; readonly cost: Cost } {
  const items: Item[] = []
  let bytes = 0
  for (const item of sorted) {
    if (items.length >= limit || bytes >= maxPageBytes) break
    items.push(item)
    bytes += bytesOf(item)
  }
  const readUnits = Math.max(1, Math.ceil(bytes / 4096))
  return { items, more: items.length < sorted.length, cost: { requests: 1, readUnits, writeUnits: 0 } }
}
