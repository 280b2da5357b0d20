import type { Cost, Deadline } from './cost.ts'
import type { Commit } from './event.ts'
import type { Reservation, Reservations } from './reservation.ts'
import type { StreamName } from './stream.ts'

declare const isHead: unique symbol

/**
 * The end of a stream, as a load to its end found it or an append left it, and the only thing that can be
 * appended at. The store hands it out and takes back none that it did not hand out, so a gap cannot be written.
 * It may have become old: then other commits stand after it, and an append finds that out.
 */
export interface Head {
  readonly [isHead]: true
  readonly stream: StreamName
  /** Version of the last event; 0 for a stream without any. */
  readonly version: number
  /** Whether so much stands after the last snapshot of this fold that the next commit should bring one. */
  readonly snapshotDue: boolean
}

/**
 * The state of a stream before a commit, stored beside it, so that a load need not go further back. It is a cache:
 * one that another fold has made, older or newer, is ignored, and so is one that cannot be read.
 */
export interface Snapshot {
  /** Fingerprint of the `evolve` that made the state. */
  readonly fold: string
  /** A value that JSON can represent. */
  readonly state: unknown
  /** Receipts of the commits before, by which repeats are recognised. Any fold can use them. */
  readonly receipts?: readonly CommitReceipt[] | undefined
}

/** The part of a commit that answers a repeat of its command. */
export interface CommitReceipt {
  readonly commandId: string
  /** Version of its first event. */
  readonly version: number
  /** Types of its events, in order. */
  readonly types: readonly string[]
  readonly digest: string
  readonly at: string
}

/**
 * How far back a repeat is recognised: always within the last 28 commits, and for two minutes within as many commits as a
 * snapshot has receipts.
 */
export const repeatReach = { commits: 28, milliseconds: 120_000, receipts: 100 } as const

export interface LoadOptions {
  /** A head of the same stream: what came after it is loaded. */
  readonly since?: Head | undefined
  /** The fold whose snapshots are of use. Without it, all commits are loaded. */
  readonly fold?: string | undefined
  /**
   * ISO 8601: with a fold, receipts are loaded, too, back to this time. If the newest snapshot has none, the commits from
   * this time on are loaded, 100 at most.
   */
  readonly reach?: string | undefined
}

export interface Loaded {
  /** The newest that is of use: the state at this version. Only the commits after it are to be folded onto it. */
  readonly snapshot?: { readonly version: number; readonly state: unknown } | undefined
  /** In order and without a gap up to the head; those before the snapshot tell of repeats. */
  readonly commits: readonly Commit[]
  /** Receipts of commits before the newest snapshot of any fold. */
  readonly receipts?: readonly CommitReceipt[] | undefined
  readonly head: Head
  readonly cost: Cost
}

/** The data that is stored together with a commit. */
export interface Beside {
  readonly reservations?: Reservations | undefined
  readonly snapshot?: Snapshot | undefined
}

/** A commit whose place is not fixed yet: `append` puts it after the head. */
export type NewCommit = Omit<Commit, 'stream' | 'version'>

/**
 * - `appended`: it is stored once, and the stream ended at `head` when it was put.
 * - `repeated`: a commit with this command id stood there already, ours by a lost answer or another's by the
 *   same key. Answer from `commit`, which is the stored one, never from the decided one.
 * - `conflict`: another command's commit stands there. Load and decide again.
 * - `taken`: another stream holds a key that the commit would take. Nothing was written.
 */
export type Appended =
  | { readonly outcome: 'appended'; readonly commit: Commit; readonly head: Head; readonly cost: Cost }
  | { readonly outcome: 'repeated'; readonly commit: Commit; readonly cost: Cost }
  | { readonly outcome: 'conflict'; readonly cost: Cost }
  | { readonly outcome: 'taken'; readonly reservation: Reservation; readonly cost: Cost }

export interface Page {
  readonly commits: readonly Commit[]
  /** Whether the stream has more commits after these, or may have: a read of a limited number does not look further. */
  readonly more: boolean
  readonly cost: Cost
}

/** The port. `test/contract/event-store.ts` says what every adapter of it does. */
export interface EventStore {
  /**
   * The stream up to its head, read consistently: all of it, or what came after the head `since`. With `fold`, it
   * goes back only to a snapshot, but always over the last 27 commits. If they are small, that is one request. A gap or overlap is `unreadable`; a head of another
   * stream, or one that this store did not hand out, is a `TypeError`.
   */
  load(stream: StreamName, deadline: Deadline, options?: LoadOptions): Promise<Loaded>
  /**
   * Puts one commit after the head, atomically. An unknown outcome is put again, unchanged, at the same
   * place until the answer is definite; past the deadline it is `unavailable`, and the command may be
   * repeated under its id. A commit over 350 KB is `too-large`; a snapshot that would make it so is left out. With
   * reservations, commit and reservations are one transaction; without any, a plain put.
   */
  append(head: Head, commit: NewCommit, deadline: Deadline, beside?: Beside): Promise<Appended>
  /**
   * The commits that hold events of version `from` and after, consistently and in order, a page at a time, or
   * `limit` of them; a single commit is one small request. Nothing can be appended at the end of what it found.
   */
  read(stream: StreamName, from: number, deadline: Deadline, limit?: number): Promise<Page>
}
