import type { Aggregate, Command } from '../domain/kernel/decider.ts'
import type { Commit, Event } from '../domain/kernel/event.ts'
import type { Head } from '../domain/kernel/event-store.ts'

/** What is left of a commit to answer a repeat of its command from. */
export interface Trace {
  /** Version of its first event. */
  readonly version: number
  /** Types of its events, in order. */
  readonly types: readonly string[]
  readonly digest: string
}

/**
 * What has been seen of one stream, up to a head. It is replaced and never changed: several commands may
 * decide on it at once.
 */
export interface Seen<State> {
  readonly head: Head
  readonly state: State
  /** Time of the last commit, where there is any. */
  readonly at: string | undefined
  /**
   * Every commit up to the head, by its command id. One map serves all that is seen of a stream, one after the
   * other: it only grows, and what it holds is stored, whoever asks.
   */
  readonly commits: Map<string, Trace>
  /**
   * A write was refused because of another's, and no load since has found the stream at rest. A small read is a
   * fifth of the price of another refused write.
   */
  readonly contended: boolean
}

/** What is seen after these commits, which follow what was seen `before`. Throws `unreadable` as the codec does. */
export function seenAfter<State, C extends Command, E extends Event>(
  aggregate: Aggregate<State, C, E>,
  before: Seen<State> | undefined,
  { commits, head }: { readonly commits: readonly Commit[]; readonly head: Head },
): Seen<State> {
  const traces = before?.commits ?? new Map<string, Trace>()
  let state = before?.state ?? aggregate.initial
  for (const commit of commits) {
    for (const event of aggregate.events.decodeCommit(commit)) state = aggregate.evolve(state, event)
    if (!traces.has(commit.commandId)) traces.set(commit.commandId, traceOf(commit))
  }
  const contended = before?.contended === true && commits.length > 0
  return { head, state, at: commits.at(-1)?.at ?? before?.at, commits: traces, contended }
}

export function traceOf({ version, events, digest }: Commit): Trace {
  return { version, types: events.map(({ type }) => type), digest }
}
