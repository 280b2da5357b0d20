import type { Cost, Deadline } from './cost.ts'
import type { Commit } from './event.ts'
import type { Reservation, Reservations } from './reservation.ts'
import type { StreamName } from './stream.ts'

declare const isHead: unique symbol

/**
 * The end of a stream. A load to the end returns it, and so does an append. A commit can be appended only at a head.
 * The store accepts only heads that it returned itself, so nobody can write a gap. A head can be out of date because
 * other commits were appended after it. The next append then detects this.
 */
export interface Head {
  readonly [isHead]: true
  readonly stream: StreamName
  /** Version of the last event; 0 for an empty stream. */
  readonly version: number
  /** Whether the last snapshot of this fold is so far back that the next commit should include a new one. */
  readonly snapshotDue: boolean
}

/**
 * The state of a stream before a commit, stored together with the commit, so that a load can start here. It is a cache:
 * a snapshot that is unreadable, or from another fold (older or newer), is ignored.
 */
export interface Snapshot {
  /** Fingerprint of the `evolve` that made the state. */
  readonly fold: string
  /** A value that JSON can represent. */
  readonly state: unknown
  /** Receipts of the preceding commits, which identify repeated commands. Every fold can use them. */
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
 * How far back a repeated command is recognised: always within the last 28 commits. For two minutes, it is recognised
 * within as many commits as a snapshot has receipts.
 */
export const repeatReach = { commits: 28, milliseconds: 120_000, receipts: 100 } as const

export interface LoadOptions {
  /** A head of the same stream. Only the commits after it are loaded. */
  readonly since?: Head | undefined
  /** The fold whose snapshots can be used. Without it, all commits are loaded. */
  readonly fold?: string | undefined
  /**
   * ISO 8601. With a fold, the load also returns receipts back to this time. If the newest snapshot has no receipts,
   * the load returns the commits since this time instead, at most 100.
   */
  readonly reach?: string | undefined
}

export interface Loaded {
  /** The newest usable snapshot: the state at this version. Fold only the commits after this version onto it. */
  readonly snapshot?: { readonly version: number; readonly state: unknown } | undefined
  /** In order and without a gap up to the head. The commits before the snapshot only identify repeated commands. */
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

/** A commit without a position. `append` puts it after the head. */
export type NewCommit = Omit<Commit, 'stream' | 'version'>

/**
 * - `appended`: the commit is stored once, and the stream ended at `head` at that moment.
 * - `repeated`: a commit with this command id was already there. Either this process wrote it and lost the answer, or
 *   another process wrote it with the same key. Answer from `commit`, which is the stored commit, never from the
 *   decided one.
 * - `conflict`: the commit of another command is at this position. Load and decide again.
 * - `taken`: another stream holds a key that the commit would take. Nothing was written.
 */
export type Appended =
  | { readonly outcome: 'appended'; readonly commit: Commit; readonly head: Head; readonly cost: Cost }
  | { readonly outcome: 'repeated'; readonly commit: Commit; readonly cost: Cost }
  | { readonly outcome: 'conflict'; readonly cost: Cost }
  | { readonly outcome: 'taken'; readonly reservation: Reservation; readonly cost: Cost }

export interface Page {
  readonly commits: readonly Commit[]
  /** Whether the stream has, or may have, more commits after these. A read with a limit does not look further. */
  readonly more: boolean
  readonly cost: Cost
}

/** The port of the event store. `test/contract/event-store.ts` specifies the behaviour of every adapter. */
export interface EventStore {
  /**
   * Reads the stream consistently, up to its head: all of it, or the commits after the head `since`. With `fold`, the
   * load goes back to a snapshot, but always includes the last 27 commits; if they are small, this is one request. A
   * gap or an overlap is `unreadable`. A head of another stream, or one that this store did not return, is a
   * `TypeError`.
   */
  load(stream: StreamName, deadline: Deadline, options?: LoadOptions): Promise<Loaded>
  /**
   * Appends one commit after the head, atomically. If the outcome of a write is unknown, the same write is repeated at
   * the same position until the answer is definite. Past the deadline the call fails as `unavailable`, and the client
   * may repeat the command under its id. A commit over 350 KB is `too-large`; a snapshot that would exceed this limit
   * is left out. With reservations, one transaction writes the commit and the reservations. Without any, the commit is
   * a plain put.
   */
  append(head: Head, commit: NewCommit, deadline: Deadline, beside?: Beside): Promise<Appended>
  /**
   * Reads the commits that contain events from version `from` on, consistently and in order: one page, or `limit`
   * commits. A single commit is one small request. The result has no head, so nothing can be appended to it.
   */
  read(stream: StreamName, from: number, deadline: Deadline, limit?: number): Promise<Page>
}
