import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Commit, Event } from '../../domain/kernel/event.ts'
import type { CommitReceipt, Head, Loaded } from '../../domain/kernel/event-store.ts'

export type Receipt = Omit<CommitReceipt, 'commandId'>

/**
 * The state of one stream at a head, kept by this process. It is replaced and never modified, because several commands
 * may decide on it at the same time.
 */
export interface CachedState<State> {
  readonly head: Head
  readonly state: State
  /** Time of the last commit, if there is one. */
  readonly at: string | undefined
  /**
   * Receipts by command id: of the commits up to the head that were loaded or appended, and of those in a snapshot. All
   * successive states of a stream share one map. The map only grows, and every commit in it is stored.
   */
  readonly commits: Map<string, Receipt>
  /**
   * Whether a write on this stream lost a conflict, and every load since then found new commits. A small read costs a
   * fifth of another refused write.
   */
  readonly contended: boolean
}

/**
 * Returns the cached state after a load that continued from the cached state `before`. Throws `unreadable` as the codec
 * does.
 */
export function cachedStateAfter<State, C extends Command, E extends Event>(
  aggregate: Aggregate<State, C, E>,
  before: CachedState<State> | undefined,
  loaded: Pick<Loaded, 'commits' | 'snapshot' | 'receipts' | 'head'>,
): CachedState<State> {
  const { commits, head } = loaded
  const receipts = before?.commits ?? new Map<string, Receipt>()
  for (const { commandId, ...receipt } of loaded.receipts ?? []) {
    if (!receipts.has(commandId)) receipts.set(commandId, receipt)
  }
  for (const commit of commits) {
    if (!receipts.has(commit.commandId)) receipts.set(commit.commandId, receiptOf(commit))
  }
  const state = stateAfter(aggregate, before?.state ?? aggregate.initial, loaded)
  const contended = before?.contended === true && commits.length > 0
  return { head, state, at: commits.at(-1)?.at ?? before?.at, commits: receipts, contended }
}

/** Returns the state that a load leads to, from the state before it. Throws `unreadable` as the codec does. */
export function stateAfter<State, C extends Command, E extends Event>(
  { events, evolve }: Aggregate<State, C, E>,
  before: State,
  { commits, snapshot }: Pick<Loaded, 'commits' | 'snapshot'>,
): State {
  // The fold proves that the same `evolve` made this state.
  let state = snapshot === undefined ? before : (snapshot.state as State)
  for (const commit of commits) {
    if (snapshot !== undefined && commit.version <= snapshot.version) continue
    for (const event of events.decodeCommit(commit)) state = evolve(state, event)
  }
  return state
}

export function receiptOf({ version, events, digest, at }: Commit): Receipt {
  return { version, types: events.map(({ type }) => type), digest, at }
}
