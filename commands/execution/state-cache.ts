import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Event } from '../../domain/kernel/event.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import type { CachedState } from './cached-state.ts'

/**
 * Maximum commits of all cached streams together. A receipt takes about 300 bytes, so 6 MB. If every stream has a
 * single commit, states and maps take 1 KB more for each, so 25 MB of a function's 512.
 */
const maxCommits = 20_000

/** The states that one process keeps of the streams of one event store. Only a write confirms that a state is current. */
export interface StateCache {
  find<State>(aggregate: Aggregate<State, Command, Event>, stream: StreamName): CachedState<State> | undefined
  /**
   * Keeps a state, unless a later one of its stream is kept. The states that were not used for the longest time make
   * room. A stream that alone has too many commits is not kept, nor is a stream without commits, because anyone can name
   * any number of those.
   */
  keep<State>(aggregate: Aggregate<State, Command, Event>, cached: CachedState<State>): void
  drop(stream: StreamName): void
}

export function createStateCache(max = maxCommits): StateCache {
  interface Entry {
    readonly aggregate: object
    readonly cached: CachedState<unknown>
    /** As many as it was counted for: the map of commits may have grown since. */
    readonly commits: number
  }
  /** The one that was used last comes last. */
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
      return entry.cached as CachedState<State> // `keep` took it together with this very aggregate, so it is of its state.
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

/** Keeps nothing, for a process that runs a single command. */
export const noStateCache: StateCache = { find: () => undefined, keep: () => {}, drop: () => {} }
