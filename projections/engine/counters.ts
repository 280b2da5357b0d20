import type { StreamName } from '../../domain/kernel/stream.ts'
import { type Counter, nameOf, type RowKey } from './projection.ts'

/** Whole numbers by the name of their counter. */
export type Amounts = Counter['amounts']

/** One stored item with a part of some counters. All streams that share the item add to its amounts. */
export interface CounterItem extends RowKey {
  readonly amounts: Amounts
}

/** Amounts by name, for each sort key of a counter. */
export type Sums = ReadonlyMap<string, Amounts>

/** A range of sort keys, both ends included. All sort keys in it have the same length. */
export interface SortRange {
  readonly from: string
  readonly to: string
}

/** The partition of a counter. Its prefix differs from every generation's name, so no row has the same partition. */
export function counterPartition(generation: string, partition: string): string {
  return `tally#${generation}#${partition}`
}

/**
 * The item in which a stream counts. It is always the same, so that a stream subtracts from the item that it added to.
 */
export function counterItem(generation: string, stream: StreamName, counter: Counter): CounterItem {
  return {
    PK: counterPartition(generation, counter.partition),
    SK: `${counter.sort}#${shardOf(stream, counter.shards ?? 1)}`,
    amounts: counter.amounts,
  }
}

/**
 * Chooses a shard by the FNV-1a hash of the stream's name. Never change this function: streams would subtract from
 * items that they never added to.
 */
export function shardOf(stream: string, shards: number): number {
  let hash = 0x811c9dc5
  for (const character of stream) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  }
  return hash % shards
}

/** The keys that enclose all shards of a range. A shard is a number, and digits sort before `:`. */
export function keysOf({ from, to }: SortRange): SortRange {
  return { from: `${from}#`, to: `${to}#:` }
}

/** Adds up the shards of each counter. */
export function sumsOf(items: readonly CounterItem[]): Sums {
  const sums = new Map<string, Amounts>()
  for (const { SK, amounts } of items) {
    const sort = SK.slice(0, SK.lastIndexOf('#'))
    sums.set(sort, added(sums.get(sort) ?? {}, amounts))
  }
  return sums
}

/** The negative amounts, which undo a count. */
export function negative(item: CounterItem): CounterItem {
  const amounts = Object.entries(item.amounts).map(([name, amount]) => [name, -amount])
  return { ...item, amounts: Object.fromEntries(amounts) }
}

/** Adds up the amounts of each item, and leaves out those that are zero. Throws if an amount is not a whole number. */
export function sumUp(items: readonly CounterItem[]): readonly CounterItem[] {
  const sums = new Map<string, CounterItem>()
  for (const item of items) {
    for (const [name, amount] of Object.entries(item.amounts)) {
      if (!Number.isSafeInteger(amount))
        throw new RangeError(`${name} counts ${amount}, which is not a whole number.`)
    }
    const sum = sums.get(nameOf(item))
    sums.set(nameOf(item), { ...item, amounts: added(sum?.amounts ?? {}, item.amounts) })
  }
  return [...sums.values()].flatMap(({ amounts, ...key }) => {
    const changed = Object.entries(amounts).filter(([, amount]) => amount !== 0)
    return changed.length === 0 ? [] : [{ ...key, amounts: Object.fromEntries(changed) }]
  })
}

/** Adds amounts, name by name. */
export function added(to: Amounts, amounts: Amounts): Amounts {
  const names = [...new Set([...Object.keys(to), ...Object.keys(amounts)])]
  return Object.fromEntries(names.map((name) => [name, (to[name] ?? 0) + (amounts[name] ?? 0)]))
}
