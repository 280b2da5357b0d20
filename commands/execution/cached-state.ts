import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Commit, Event } from '../../domain/kernel/event.ts'
import type { CommitReceipt, Head, Loaded } from '../../domain/kernel/event-store.ts'

export type Receipt = Omit<CommitReceipt, 'commandId'>

/**
 * The state of one stream at a head, kept by this process. It is replaced and never changed, because several commands
 * may decide on it at once.
 */
export interface CachedState<State> {
  readonly head: Head
  readonly state: State
  /** Time of the last commit, if there is any. */
  readonly at: string | undefined
  /**
   * Receipts of the commits up to the head that were loaded or appended, and of those in a snapshot, by their command
   * ids. All successive states of a stream share one map. It only grows, and every commit in it is stored.
   */
  readonly commits: Map<string, Receipt>
  /**
   * Whether a write lost against another one, and every load since has found new commits. A small read costs a fifth of
   * another refused write.
   */
  readonly contended: boolean
}

/** The state after a load, from the cached state `before` it. Throws `unreadable` as the codec does. */
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

export function receiptOf({ version, events, digest, at }: Commit): Receipt {
  return { version, types: events.map(({ type }) => type), digest, at }
}
