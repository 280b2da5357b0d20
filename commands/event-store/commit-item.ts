import { deflateRawSync, inflateRawSync } from 'node:zlib'
import * as z from 'zod/mini'
import { type Commit, lastVersion, type StoredEvent } from '../../domain/kernel/event.ts'
import type { Snapshot } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import { bytesOf } from '../aws/dynamo-limits.ts'
import { packReceipts } from './receipts.ts'

/**
 * A commit as an item of the event store. `pk` is the stream, `sk` is the version of its first event. The events are
 * one JSON string, because DynamoDB's maps load three to four times slower.
 */
export interface CommitItem {
  readonly pk: string
  readonly sk: number
  readonly events: string
  readonly count: number
  readonly commandId: string
  readonly digest: string
  readonly at: string
  readonly actorId: string
  readonly correlationId: string
  readonly causationId: string
  /** A snapshot of the state before this commit: its fold, and its JSON, deflated. */
  readonly fold?: string
  readonly state?: Uint8Array
  /** Packed receipts of the preceding commits. Only an item with a snapshot has them. */
  readonly receipts?: Uint8Array
}

/**
 * Maximum size of a commit. DynamoDB accepts items up to 400 KB, so a commit that is too large is refused before it
 * reaches the table.
 */
export const maxCommitBytes = 350 * 1024

/** Makes the item of a commit. Throws `too-large`. A snapshot that would make the item too large is left out. */
export function toItem(commit: Commit, snapshot?: Snapshot): CommitItem {
  const { stream, version, events, ...rest } = commit
  const item: CommitItem = {
    pk: stream,
    sk: version,
    events: JSON.stringify(events),
    count: events.length,
    ...rest,
  }
  const bytes = itemBytes(item)
  if (bytes > maxCommitBytes) {
    throw new Problem(
      'too-large',
      `A command can write at most ${maxCommitBytes / 1024} KB, and this one would write ${Math.ceil(bytes / 1024)} KB. Split it.`,
    )
  }
  if (snapshot === undefined) return item
  const receipts = snapshot.receipts && packReceipts(snapshot.receipts)
  const whole: CommitItem = {
    ...item,
    fold: snapshot.fold,
    state: deflateRawSync(JSON.stringify(snapshot.state)),
    ...(receipts && { receipts }),
  }
  return itemBytes(whole) > maxCommitBytes ? item : whole
}

/** The state in an item's snapshot; undefined if the item has no readable snapshot of this fold. */
export function snapshotIn(
  { fold, state }: Pick<CommitItem, 'fold' | 'state'>,
  wanted: string,
): { readonly state: unknown } | undefined {
  if (fold !== wanted || !(state instanceof Uint8Array)) return undefined
  try {
    return { state: JSON.parse(inflateRawSync(state).toString()) }
  } catch {
    return undefined
  }
}

/** Reads the item of a query or a stream record. Throws `unreadable` if it is not a commit. */
export function fromItem(item: unknown): Commit {
  const parsed = commitItem.safeParse(item)
  if (!parsed.success) throw new Problem('unreadable', 'An item of the event store is not a commit.')
  const { pk, sk, events: json, count, ...rest } = parsed.data
  const { stream } = parseStreamName(pk)
  const events = parseEvents(json, pk, sk)
  if (events.length !== count)
    throw new Problem(
      'unreadable',
      `Commit ${pk}/${sk} contains ${events.length} events instead of ${count}.`,
    )
  return { stream, version: sk, events, ...rest }
}

/** Throws `unreadable` unless the first commit is at `next` and the others follow without a gap or an overlap. */
export function checkContiguous(commits: readonly Commit[], next: number): void {
  let expected = next
  for (const commit of commits) {
    if (commit.version !== expected) {
      throw new Problem(
        'unreadable',
        `${commit.stream} has a commit at ${commit.version} instead of ${expected}.`,
      )
    }
    expected = lastVersion(commit) + 1
  }
}

/** The size of an item as DynamoDB counts it. */
export function itemBytes(item: CommitItem): number {
  return bytesOf(item)
}

function parseEvents(json: string, pk: string, sk: number): StoredEvent[] {
  try {
    return storedEvents.parse(JSON.parse(json))
  } catch (cause) {
    throw new Problem('unreadable', `The events of commit ${pk}/${sk} cannot be read.`, { cause })
  }
}

const storedEvent = z.object({ type: z.string(), schema: z.number(), data: z.unknown() })
const storedEvents = z.array(storedEvent).check(z.minLength(1))

const commitItem = z.object({
  pk: z.string(),
  sk: z.number(),
  events: z.string(),
  count: z.number(),
  commandId: z.string(),
  digest: z.string(),
  at: z.string(),
  actorId: z.string(),
  correlationId: z.string(),
  causationId: z.string(),
})
