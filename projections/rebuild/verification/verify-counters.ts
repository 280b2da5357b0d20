import { type Amounts, added } from '../../engine/counters.ts'
import { addCounted, type Counted } from '../../engine/refold.ts'
import type { RowStore } from '../../engine/row-store.ts'

/** A counter, all of its shards together, that is not the sum of what the streams count for. */
export interface CounterDifference {
  readonly partition: string
  readonly sort: string
  /** The sum of all streams at their guards, and the stored amounts. */
  readonly counted: Amounts
  readonly found: Amounts
}

export interface VerifiedCounters {
  /** How many were compared. */
  readonly compared: number
  readonly different: readonly CounterDifference[]
  /** Those that differed at each look while streams that count there moved. */
  readonly moved: readonly CounterDifference[]
  /** Why none could be compared. */
  readonly uncompared?: string
}

/** The sums of all streams, each at its guard. */
export type CountedSums = ReadonlyMap<string, Counted>

/** The result if the count of some stream is unknown: the sums are unknown, too. */
export const notCounted: VerifiedCounters = {
  compared: 0,
  different: [],
  moved: [],
  uncompared: 'what some stream counts for cannot be told',
}

/** How often the streams are walked over again where counters differ. */
const maxWalks = 3

/**
 * Compares the counters with what the streams count for, which a walk has summed up while streams may have moved. Where
 * one differs, the streams are walked over again: if nobody who counts there has moved from the first walk to the
 * second, it was at the same place when the counter was read in between, and it is different for certain. Otherwise
 * it is looked at again. `again` is nothing where the sums cannot be told.
 */
export async function verifyCounters(
  first: CountedSums,
  rows: RowStore,
  again: () => Promise<CountedSums | undefined>,
): Promise<VerifiedCounters> {
  const partitions = new Set([...first.values()].map(({ partition }) => partition))
  const different: CounterDifference[] = []
  let before = first
  let found = await readAll(partitions, rows)
  const compared = new Set([...before.keys(), ...found.keys()])
  let open = [...compared].filter((key) => !agree(before.get(key), found.get(key)))

  for (let walks = 0; open.length > 0 && walks < maxWalks; walks++) {
    const after = await again()
    if (after === undefined) return notCounted
    const unmoved = (key: string) => (before.get(key)?.of ?? 0) === (after.get(key)?.of ?? 0)
    different.push(...open.filter(unmoved).map((key) => differenceAt(key, before, found)))
    open = open.filter((key) => !unmoved(key))
    if (open.length === 0) break
    found = await readAll(partitions, rows)
    before = after
    open = open.filter((key) => !agree(before.get(key), found.get(key)))
  }
  const moved = open.map((key) => differenceAt(key, before, found))
  return { compared: compared.size, different, moved }
}

/** Every counter of these partitions: what a range reads that holds all sort keys. */
async function readAll(partitions: ReadonlySet<string>, rows: RowStore): Promise<CountedSums> {
  const found = new Map<string, Counted>()
  for (const partition of partitions) {
    const { sums } = await rows.sums(partition, { from: '', to: '\u{10ffff}' })
    for (const [sort, amounts] of sums) addCounted(found, { partition, sort, amounts, of: 0 })
  }
  return found
}

/** A sum of zero need not be stored. */
function agree(counted: Counted | undefined, found: Counted | undefined): boolean {
  const names = Object.keys(added(counted?.amounts ?? {}, found?.amounts ?? {}))
  return names.every((name) => (counted?.amounts[name] ?? 0) === (found?.amounts[name] ?? 0))
}

function differenceAt(key: string, counted: CountedSums, found: CountedSums): CounterDifference {
  const [partition, sort]: [string, string] = JSON.parse(key)
  return {
    partition,
    sort,
    counted: counted.get(key)?.amounts ?? {},
    found: found.get(key)?.amounts ?? {},
  }
}
