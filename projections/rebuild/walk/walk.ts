import { fromItem } from '../../../commands/event-store/commit-item.ts'
import type { Clock } from '../../../domain/kernel/clock.ts'
import type { Deadline } from '../../../domain/kernel/cost.ts'
import { type Commit, lastVersion } from '../../../domain/kernel/event.ts'
import type { EventStore } from '../../../domain/kernel/event-store.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import { parseStreamName, type StreamName } from '../../../domain/kernel/stream.ts'
import type { CommitScan, ScanPage, ScanPlace } from './commit-scan.ts'
import { retryUnavailable } from './retry-unavailable.ts'

/** A stream that a walk over the event store has found. */
export interface WalkedStream {
  readonly stream: StreamName
  /** The stored items on the page where the stream starts. */
  readonly items: readonly unknown[]
  /** Whether the page contains all items of the stream. */
  readonly whole: boolean
}

const pageTimeoutMs = 10_000

/**
 * Walks over every stream of the event store once, page by page. A commit that is stored during the walk may or may not
 * be included. An item whose key is not the name of a stream is skipped, because Annals did not write it. Throws
 * `unavailable` if a page cannot be read.
 */
export async function* walkStreams(
  scan: CommitScan,
  clock: Clock,
): AsyncGenerator<WalkedStream, void, undefined> {
  let before: string | undefined
  let next: ScanPlace | undefined
  do {
    const after = next
    const page = await retryUnavailable(clock, () => scan.page(after, pageTimeoutMs))
    next = page.next
    for (const [name, items] of byStream(page)) {
      // The caller that got the beginning of a stream reads the rest of it from the store.
      if (name !== before && isStreamName(name))
        yield { stream: parseStreamName(name).stream, items, whole: next?.stream !== name }
      before = name
    }
  } while (next !== undefined)
}

/**
 * Yields the commits of a stream in order, several at a time. The first ones are those that the walk has read. The
 * following ones come from the store, if the walk did not read all of them, or if `further` asks for more. Throws
 * `unreadable` at the first unreadable or missing commit, after yielding those before it, and `unavailable` past the
 * deadline.
 */
export async function* commitsOfStream(
  { stream, items, whole }: WalkedStream,
  store: Pick<EventStore, 'read'>,
  deadline: Deadline,
  further: () => boolean = () => false,
): AsyncGenerator<readonly Commit[], void, undefined> {
  const commits = readable(items)
  yield commits
  let next = endOf(commits, 0) + 1
  const complete = whole && commits.length === items.length
  for (let more = !complete || further(); more; ) {
    const page = await store.read(stream, next, deadline)
    if (page.commits.length === 0) return
    yield page.commits
    next = endOf(page.commits, next - 1) + 1
    more = page.more || further()
  }
}

/** Groups the items of a page by stream. The items of a stream are consecutive. */
function byStream({ items }: ScanPage): Map<string, unknown[]> {
  const streams = new Map<string, unknown[]>()
  for (const item of items) {
    const { pk } = item as { pk: unknown } // an item of the event store
    const name = String(pk)
    const found = streams.get(name)
    if (found === undefined) streams.set(name, [item])
    else found.push(item)
  }
  return streams
}

/** Returns the commits from the first event on, up to the first unreadable or missing one. */
function readable(items: readonly unknown[]): readonly Commit[] {
  const commits: Commit[] = []
  try {
    for (const item of items) {
      const commit = fromItem(item)
      if (commit.version !== endOf(commits, 0) + 1) break
      commits.push(commit)
    }
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'unreadable') throw error
  }
  return commits
}

function endOf(commits: readonly Commit[], otherwise: number): number {
  const last = commits.at(-1)
  return last === undefined ? otherwise : lastVersion(last)
}

function isStreamName(name: string): boolean {
  try {
    parseStreamName(name)
    return true
  } catch {
    return false
  }
}
