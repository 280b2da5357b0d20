import { type Amounts, added } from '../../engine/counters.ts'
import { addCounted, type Counted } from '../../engine/refold.ts'
import type { RowStore } from '../../engine/row-store.ts'

/** A counter, all of its shards together, that differs from the sum of its streams. */
export interface CounterDifference {
  readonly partition: string
  readonly sort: string
  /** The sum of all streams at their guards, and the stored amounts. */
  readonly counted: Amounts
  readonly found: Amounts
}

export interface VerifiedCounters {
  /** The number of compared counters. */
  readonly compared: number
  readonly different: readonly CounterDifference[]
  /** Counters that differed in every comparison while streams that count there moved. */
  readonly moved: readonly CounterDifference[]
  /** Why no counter could be compared. */
  readonly uncompared?: string
}

/** The sums of all streams, each at its guard. */
export type CountedSums = ReadonlyMap<string, Counted>

/** The result if the amounts of a stream are unknown. The sums are then unknown, too. */
export const notCounted: VerifiedCounters = {
  compared: 0,
  different: [],
  moved: [],
  uncompared: 'the amounts of a stream are unknown',
}

/** Maximum number of further walks over the streams if counters differ. */
const maxWalks = 3

/**
 * Compares the counters with the sums of the streams. A walk added up these sums while streams may have moved. If a
 * counter differs, the streams are walked again. If no stream that counts there moved between the two walks, the
 * counter was read at the same state, and the difference is certain. Otherwise the counter is compared again. `again`
 * returns undefined if the sums are unknown.
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

/** Reads every counter of these partitions. The range includes all sort keys. */
async function readAll(partitions: ReadonlySet<string>, rows: RowStore): Promise<CountedSums> {
  const found = new Map<string, Counted>()
  for (const partition of partitions) {
    const { sums } = await rows.sums(partition, { from: '', to: '\u{10ffff}' })
    for (const [sort, amounts] of sums) addCounted(found, { partition, sort, amounts, of: 0 })
  }
  return found
}

/** Whether two sums agree. A sum of zero may be missing in the table. */
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
