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

/** The rows of one stream in a generation beside the fold of its events, at a moment at which it did not move. */
export interface Comparison {
  readonly guard: Guard | undefined
  /** The fold of the stream up to the guard. */
  readonly folded: FoldedTo
  /** Of the rows of a feed up to the guard. */
  readonly feed: Details
  /** Of the state and the other rows; those of a guard that is not at the end are not compared. */
  readonly difference: Details
}

/** A stream that was folded from scratch as far as a guard has come. */
export interface FoldedTo {
  readonly fold: Refold
  /** Version of the last event that the stream is known to have. */
  readonly end: number
  /** When the first event that the guard has not passed happened. */
  readonly behindSince: string | undefined
  /** Why it was not folded as far as that. */
  readonly failure: unknown
}

/**
 * Compares the rows of one stream in a generation with the fold of its events. Undefined if it moved meanwhile: what
 * was read is of no one moment then. `onMissing` gets the rows of a feed that are not there, and answers whether they
 * are now. Throws what the store and the read model throw.
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

/** Rows of a feed that are compared with one read. */
const feedAtOnce = 100

/**
 * Folds a stream from its first event to a version. `onFeed` gets the rows that its events leave, some at a time.
 * Throws what the store throws, except that an event cannot be read.
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
    // There is an event after the last one that can be read.
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

/** The rows that should be there and those that should not, unless the state cannot be shown. */
function rowsOf(fold: Refold, details: Details): { wanted: readonly RowItem[]; former: readonly RowKey[] } {
  try {
    // A row that the table cannot hold was never written.
    return { wanted: fold.rows(), former: fold.formerRows().filter(canBeStored) }
  } catch (error) {
    details.add(`its rows cannot be rendered: ${String(error)}`)
    return { wanted: [], former: [] }
  }
}

function wrongRow(stored: RowItem, expected: RowItem): string {
  return `wrong: ${rowNamed(expected)}: ${differingFields(stored.data, expected.data).join(', ')}`
}

/** Whether two texts have the same data. The order of fields may differ: a state that was read has its schema's. */
function sameJson(one: string, other: string): boolean {
  try {
    return one === other || isDeepStrictEqual(JSON.parse(one), JSON.parse(other))
  } catch {
    return false
  }
}
