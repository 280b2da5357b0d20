import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Commit, Event } from '../../domain/kernel/event.ts'
import type { Head, Loaded } from '../../domain/kernel/event-store.ts'

/** What is left of a commit to answer a repeat of its command from. */
export interface Receipt {
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
export interface CachedState<State> {
  readonly head: Head
  readonly state: State
  /** Time of the last commit, where there is any. */
  readonly at: string | undefined
  /**
   * The commits up to the head that were loaded or appended, by their command ids. One map serves all that is seen of
   * a stream, one after the other: it only grows, and what it holds is stored, whoever asks.
   */
  readonly commits: Map<string, Receipt>
  /**
   * A write was refused because of another's, and no load since has found the stream at rest. A small read is a
   * fifth of the price of another refused write.
   */
  readonly contended: boolean
}

/** What is seen after this, which follows what was seen `before`. Throws `unreadable` as the codec does. */
export function cachedStateAfter<State, C extends Command, E extends Event>(
  aggregate: Aggregate<State, C, E>,
  before: CachedState<State> | undefined,
  loaded: Pick<Loaded, 'commits' | 'snapshot' | 'head'>,
): CachedState<State> {
  const { commits, head } = loaded
  const receipts = before?.commits ?? new Map<string, Receipt>()
  for (const commit of commits) {
    if (!receipts.has(commit.commandId)) receipts.set(commit.commandId, receiptOf(commit))
  }
  const state = stateAfter(aggregate, before?.state ?? aggregate.initial, loaded)
  const contended = before?.contended === true && commits.length > 0
  return { head, state, at: commits.at(-1)?.at ?? before?.at, commits: receipts, contended }
}

/** The state that a load leads to, from the one before it. Throws `unreadable` as the codec does. */
export function stateAfter<State, C extends Command, E extends Event>(
  { events, evolve }: Aggregate<State, C, E>,
  before: State,
  { commits, snapshot }: Pick<Loaded, 'commits' | 'snapshot'>,
): State {
  // The fold says that this very `evolve` has made it.
  let state = snapshot === undefined ? before : (snapshot.state as State)
  for (const commit of commits) {
    if (snapshot !== undefined && commit.version <= snapshot.version) continue
    for (const event of events.decodeCommit(commit)) state = evolve(state, event)
  }
  return state
}

export function receiptOf({ version, events, digest }: Commit): Receipt {
  return { version, types: events.map(({ type }) => type), digest }
}
