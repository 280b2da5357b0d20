import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Event } from '../../domain/kernel/event.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import type { CachedState } from './cached-state.ts'

/**
 * Maximum number of commits of all cached streams together. A receipt takes about 300 bytes, so all of them take 6 MB.
 * If every stream has a single commit, the state and the map take 1 KB more for each stream. That is 25 MB of a
 * function's 512 MB.
 */
const maxCommits = 20_000

/** The states of an event store's streams that one process keeps. Only a write confirms that a state is current. */
export interface StateCache {
  find<State>(aggregate: Aggregate<State, Command, Event>, stream: StreamName): CachedState<State> | undefined
  /**
   * Keeps a state, unless a later state of its stream is already kept. The least recently used states make room for it.
   * A stream that has too many commits on its own is not kept. A stream without commits is not kept either, because a
   * client can name any number of them.
   */
  keep<State>(aggregate: Aggregate<State, Command, Event>, cached: CachedState<State>): void
  drop(stream: StreamName): void
}

export function createStateCache(max = maxCommits): StateCache {
  interface Entry {
    readonly aggregate: object
    readonly cached: CachedState<unknown>
    /** The number of commits when this entry was counted. The map of commits may have grown since. */
    readonly commits: number
  }
  /** In order of use: the most recently used entry is the last one. */
  const entries = new Map<StreamName, Entry>()
  let total = 0

  const drop = (stream: StreamName): void => {
    total -= entries.get(stream)?.commits ?? 0
    entries.delete(stream)
  }

  const put = (stream: StreamName, entry: Entry): void => {
    drop(stream)
    entries.set(stream, entry)
    total += entry.commits
    for (const oldest of entries.keys()) {
      if (total <= max) break
      drop(oldest)
    }
  }

  return {
    drop,
    find<State>(aggregate: Aggregate<State, Command, Event>, stream: StreamName) {
      const entry = entries.get(stream)
      if (entry === undefined || entry.aggregate !== aggregate) return undefined
      put(stream, entry)
      return entry.cached as CachedState<State> // `keep` stored it with this aggregate.
    },
    keep(aggregate, cached) {
      const { stream, version } = cached.head
      const kept = entries.get(stream)
      if (kept !== undefined && kept.cached.head.version > version) return
      const commits = cached.commits.size
      if (commits > max) drop(stream)
      else if (commits > 0) put(stream, { aggregate, cached, commits })
    },
  }
}

/** A cache that keeps nothing, for a process that runs a single command. */
export const noStateCache: StateCache = { find: () => undefined, keep: () => {}, drop: () => {} }
