import type { StreamName } from '../../domain/kernel/stream.ts'
import { type Counter, nameOf, type RowKey } from './projection.ts'

/** Whole numbers by the name of their counter. */
export type Amounts = Counter['amounts']

/** The part of some counters that is stored in one item. The amounts of all streams that share the item add up in it. */
export interface CounterItem extends RowKey {
  readonly amounts: Amounts
}

/** Amounts by the sort key of their counter, and by the name of the counter. */
export type Sums = ReadonlyMap<string, Amounts>

/** Counters whose sort keys, all of one length, lie between two, both included. */
export interface SortRange {
  readonly from: string
  readonly to: string
}

/** It begins like no generation, so it is the partition of no row. */
export function counterPartition(generation: string, partition: string): string {
  return `tally#${generation}#${partition}`
}

/** A stream always counts in the same item, so that it takes back where it has added. */
export function counterItem(generation: string, stream: StreamName, counter: Counter): CounterItem {
  return {
    PK: counterPartition(generation, counter.partition),
    SK: `${counter.sort}#${shardOf(stream, counter.shards ?? 1)}`,
    amounts: counter.amounts,
  }
}

/** FNV-1a of the name, over the shards. Frozen: another one would take back where nothing was added. */
export function shardOf(stream: string, shards: number): number {
  let hash = 0x811c9dc5
  for (const character of stream) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  }
  return hash % shards
}

/** The keys between which the shards of a range lie: a shard is a number, and those stand before `:`. */
export function keysOf({ from, to }: SortRange): SortRange {
  return { from: `${from}#`, to: `${to}#:` }
}

/** The sums of all shards. */
export function sumsOf(items: readonly CounterItem[]): Sums {
  const sums = new Map<string, Amounts>()
  for (const { SK, amounts } of items) {
    const sort = SK.slice(0, SK.lastIndexOf('#'))
    sums.set(sort, added(sums.get(sort) ?? {}, amounts))
  }
  return sums
}

/** The amounts that take back a count. */
export function negative(item: CounterItem): CounterItem {
  const amounts = Object.entries(item.amounts).map(([name, amount]) => [name, -amount])
  return { ...item, amounts: Object.fromEntries(amounts) }
}

/** One for each item, without what comes to nothing. Throws where an amount is not a whole number. */
export function sumUp(items: readonly CounterItem[]): readonly CounterItem[] {
  const sums = new Map<string, CounterItem>()
  for (const item of items) {
    for (const [name, amount] of Object.entries(item.amounts)) {
      if (!Number.isSafeInteger(amount)) throw new RangeError(`${name} counts ${amount}, not a whole number.`)
    }
    const sum = sums.get(nameOf(item))
    sums.set(nameOf(item), { ...item, amounts: added(sum?.amounts ?? {}, item.amounts) })
  }
  return [...sums.values()].flatMap(({ amounts, ...key }) => {
    const changed = Object.entries(amounts).filter(([, amount]) => amount !== 0)
    return changed.length === 0 ? [] : [{ ...key, amounts: Object.fromEntries(changed) }]
  })
}

/** Counter by counter. */
export function added(to: Amounts, amounts: Amounts): Amounts {
  const names = [...new Set([...Object.keys(to), ...Object.keys(amounts)])]
  return Object.fromEntries(names.map((name) => [name, (to[name] ?? 0) + (amounts[name] ?? 0)]))
}
