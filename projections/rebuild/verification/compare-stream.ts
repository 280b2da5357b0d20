import { isDeepStrictEqual } from 'node:util'
import type { Deadline } from '../../../domain/kernel/cost.ts'
import { type Commit, lastVersion } from '../../../domain/kernel/event.ts'
import type { EventStore } from '../../../domain/kernel/event-store.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import { guardKey, nameOf, type RowItem, type RowKey } from '../../engine/projection.ts'
import type { Refold } from '../../engine/refold.ts'
import type { Guard, RowStore } from '../../engine/row-store.ts'
import { canBeStored } from '../../engine/sizes.ts'
import type { AnyGeneration } from '../../generations/any-generation.ts'
import { commitsOfStream, type WalkedStream } from '../walk/walk.ts'
import { differingFields } from './differing-fields.ts'
import { byName, createDetails, type Details, rowNamed } from './finding.ts'

export interface CompareOptions {
  readonly store: Pick<EventStore, 'read'>
  readonly rows: RowStore
  readonly deadline: Deadline
}

/** The stored rows of one stream in a generation, compared with the fold of its events at a moment without a write. */
export interface Comparison {
  readonly guard: Guard | undefined
  /** The fold of the stream up to the guard. */
  readonly folded: FoldedTo
  /** Faults in the feed rows up to the guard. */
  readonly feed: Details
  /** Faults in the state and the other rows. They are compared only if the guard is at the end of the stream. */
  readonly difference: Details
}

/** A stream that was folded from its first event up to the guard. */
export interface FoldedTo {
  readonly fold: Refold
  /** Version of the last known event of the stream. */
  readonly end: number
  /** Time of the first event after the guard. */
  readonly behindSince: string | undefined
  /** Why the fold did not reach the guard. */
  readonly failure: unknown
}

/**
 * Compares the rows of one stream in a generation with the fold of its events. Undefined if the stream moved during the
 * reads, because the results then describe different moments. `onMissing` receives the missing feed rows, and returns
 * whether they exist now. Throws the errors of the store and of the read model.
 */
export async function compareStream(
  generation: AnyGeneration,
  walked: WalkedStream,
  options: CompareOptions,
  onMissing: (rows: readonly RowItem[]) => Promise<boolean>,
): Promise<Comparison | undefined> {
  const { rows } = options
  const key = guardKey(generation.id, walked.stream)
  const { guard } = await rows.readGuard(key)
  const feed = createDetails()
  const folded = await foldTo(generation, walked, guard?.version ?? 0, options, (some) =>
    compareFeed(some, rows, feed, onMissing),
  )
  const difference = createDetails()
  if (guard !== undefined && isAtEnd(guard, folded)) await compare(guard, folded.fold, rows, difference)
  const after = await rows.readGuard(key)
  return isDeepStrictEqual(guard, after.guard) ? { guard, folded, feed, difference } : undefined
}

function isAtEnd({ version, written, parked }: Guard, { end, failure }: FoldedTo): boolean {
  return failure === undefined && written === undefined && parked === undefined && version === end
}

/** Number of feed rows that are compared with one read. */
const feedAtOnce = 100

/**
 * Folds a stream from its first event to a version. `onFeed` receives the feed rows of its events, several at a time.
 * Throws the errors of the store, except `unreadable` for an event.
 */
export async function foldTo(
  generation: AnyGeneration,
  walked: WalkedStream,
  until: number,
  { store, deadline }: CompareOptions,
  onFeed: (rows: readonly RowItem[]) => Promise<void> = async () => {},
): Promise<FoldedTo> {
  const fold = generation.refold(walked.stream)
  let pending: RowItem[] = []
  let end = 0
  let behindSince: string | undefined
  let failure: unknown
  const take = (commit: Commit) => {
    end = lastVersion(commit)
    if (end > until) behindSince ??= commit.at
    if (failure !== undefined) return
    try {
      pending.push(...fold.take(commit, until))
    } catch (error) {
      failure = error
    }
  }
  try {
    for await (const commits of commitsOfStream(walked, store, deadline, () => end < until)) {
      for (const commit of commits) {
        take(commit)
        if (pending.length < feedAtOnce) continue
        await onFeed(pending)
        pending = []
      }
    }
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'unreadable') throw error
    // There is an event after the last readable one.
    end += 1
    if (end <= until) failure = error
  }
  if (pending.length > 0) await onFeed(pending)
  return { fold, end, behindSince, failure }
}

async function compareFeed(
  wanted: readonly RowItem[],
  rows: RowStore,
  details: Details,
  onMissing: (rows: readonly RowItem[]) => Promise<boolean>,
): Promise<void> {
  const found = byName((await rows.readRows(wanted)).rows)
  const missing = wanted.filter((row) => !found.has(nameOf(row)))
  if (missing.length > 0 && !(await onMissing(missing)))
    for (const row of missing) details.add(`missing: ${rowNamed(row)}`)
  for (const row of wanted) {
    const standing = found.get(nameOf(row))
    if (standing !== undefined && !sameJson(standing.data, row.data)) details.add(wrongRow(standing, row))
  }
}

async function compare(guard: Guard, fold: Refold, rows: RowStore, details: Details): Promise<void> {
  if (!sameJson(guard.state, fold.state()))
    for (const field of differingFields(guard.state, fold.state())) details.add(`the state: ${field}`)
  const { wanted, former } = rowsOf(fold, details)
  const found = byName((await rows.readRows([...byName(wanted).values(), ...former])).rows)
  for (const row of wanted) {
    const standing = found.get(nameOf(row))
    if (standing === undefined) details.add(`missing: ${rowNamed(row)}`)
    else if (!sameJson(standing.data, row.data)) details.add(wrongRow(standing, row))
  }
  for (const key of former) if (found.has(nameOf(key))) details.add(`left over: ${rowNamed(key)}`)
}

/** The rows that should exist and those that should not, unless the state cannot be rendered. */
function rowsOf(fold: Refold, details: Details): { wanted: readonly RowItem[]; former: readonly RowKey[] } {
  try {
    // A row that the table cannot hold was never written.
    return { wanted: fold.rows(), former: fold.formerRows().filter(canBeStored) }
  } catch (error) {
    details.add(`the rows cannot be rendered: ${String(error)}`)
    return { wanted: [], former: [] }
  }
}

function wrongRow(stored: RowItem, expected: RowItem): string {
  return `wrong: ${rowNamed(expected)}: ${differingFields(stored.data, expected.data).join(', ')}`
}

/**
 * Whether two texts contain the same data. The order of fields may differ, because a parsed state has the order of its
 * schema.
 */
function sameJson(one: string, other: string): boolean {
  try {
    return one === other || isDeepStrictEqual(JSON.parse(one), JSON.parse(other))
  } catch {
    return false
  }
}
