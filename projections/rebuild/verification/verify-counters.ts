import { type Amounts, added } from '../../engine/counters.ts'
import { addCounted, type Counted } from '../../engine/refold.ts'
import type { RowStore } from '../../engine/row-store.ts'

/** A tally, all of its shards together, that is not the sum of what the streams count for. */
export interface TallyDifference {
  readonly partition: string
  readonly sort: string
  /** What the streams count for where their guards are, and what is there. */
  readonly counted: Amounts
  readonly found: Amounts
}

export interface VerifiedTallies {
  /** How many were compared. */
  readonly compared: number
  readonly different: readonly TallyDifference[]
  /** Those that differed at each look while streams that count there moved. */
  readonly moved: readonly TallyDifference[]
  /** Why none could be compared. */
  readonly uncompared?: string
}

/** What all streams count for, each where its guard was. */
export type Sums = ReadonlyMap<string, Counted>

/** What each stream counts for has to be known to say what all do. */
export const notCounted: VerifiedTallies = {
  compared: 0,
  different: [],
  moved: [],
  uncompared: 'what some stream counts for cannot be told',
}

/** How often the streams are walked over again where tallies differ. */
const maxWalks = 3

/**
 * Compares the tallies with what the streams count for, which a walk has summed up while streams may have moved. Where
 * one differs, the streams are walked over again: if nobody who counts there has moved from the first walk to the
 * second, it was at the same place when the tally was read in between, and it is different for certain. Otherwise
 * it is looked at again. `again` is nothing where the sums cannot be told.
 */
export async function verifyTallies(
  first: Sums,
  rows: RowStore,
  again: () => Promise<Sums | undefined>,
): Promise<VerifiedTallies> {
  const partitions = new Set([...first.values()].map(({ partition }) => partition))
  const different: TallyDifference[] = []
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

/** Every tally of these partitions: what a range reads that holds all sort keys. */
async function readAll(partitions: ReadonlySet<string>, rows: RowStore): Promise<Sums> {
  const found = new Map<string, Counted>()
  for (const partition of partitions) {
    const { sums } = await rows.sums(partition, { from: '', to: '\u{10ffff}' })
    for (const [sort, amounts] of sums) addCounted(found, { partition, sort, amounts, of: 0 })
  }
  return found
}

/** What comes to nothing need not be there. */
function agree(counted: Counted | undefined, found: Counted | undefined): boolean {
  const names = Object.keys(added(counted?.amounts ?? {}, found?.amounts ?? {}))
  return names.every((name) => (counted?.amounts[name] ?? 0) === (found?.amounts[name] ?? 0))
}

function differenceAt(key: string, counted: Sums, found: Sums): TallyDifference {
  const [partition, sort]: [string, string] = JSON.parse(key)
  return {
    ...{ partition, sort },
    counted: counted.get(key)?.amounts ?? {},
    found: found.get(key)?.amounts ?? {},
  }
}
