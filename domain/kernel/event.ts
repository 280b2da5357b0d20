import type { StreamName } from './stream.ts'

/** A fact about a stream, as deciders and projections receive it: always in the newest schema. */
export interface Event {
  readonly type: string
  readonly data: unknown
}

/** A stored event, in the schema that was current when it was written. */
export interface StoredEvent {
  readonly type: string
  readonly schema: number
  readonly data: unknown
}

/** The position of an event and its cause. */
export interface Occurrence {
  readonly stream: StreamName
  /** Position of the event in its stream, from 1. */
  readonly version: number
  /** ISO 8601 UTC with milliseconds; never earlier than that of the preceding event. */
  readonly at: string
  readonly actorId: string
  readonly correlationId: string
  readonly causationId: string
}

export type Recorded<E extends Event> = E & Occurrence

/**
 * The events that one command appended to one stream: one item of the event store. The command id identifies the
 * commit, because a command makes at most one commit per stream.
 */
export interface Commit {
  readonly stream: StreamName
  /** Version of its first event. */
  readonly version: number
  readonly events: readonly StoredEvent[]
  readonly commandId: string
  /** Digest of the command's body. It distinguishes a repeated command from another command under the same key. */
  readonly digest: string
  readonly at: string
  readonly actorId: string
  readonly correlationId: string
  readonly causationId: string
}

export function lastVersion(commit: Commit): number {
  return commit.version + commit.events.length - 1
}
