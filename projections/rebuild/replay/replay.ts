import { mapInParallel } from '../../../commands/aws/parallel.ts'
import { deadlineIn } from '../../../commands/aws/system-clock.ts'
import { fromItem } from '../../../commands/event-store/commit-item.ts'
import { backoff, type Clock } from '../../../domain/kernel/clock.ts'
import { type Commit, lastVersion } from '../../../domain/kernel/event.ts'
import type { EventStore } from '../../../domain/kernel/event-store.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import { parseStreamName, type StreamName } from '../../../domain/kernel/stream.ts'
import type { RowStore } from '../../engine/row-store.ts'
import type { AnyGeneration } from '../../generations/any-generation.ts'
import { type GenerationLists, withStatus } from '../../generations/generation-list.ts'
import { createListedCheck, type ListedStatus, writersStreamMs } from '../../generations/listed-check.ts'
import type { ProjectionVersions } from '../../generations/projection-versions.ts'
import { moveMs, untilMoved } from '../../generations/until-moved.ts'
import type { CommitScan, ScanPage, ScanPlace } from '../walk/commit-scan.ts'
import { retryUnavailable } from '../walk/retry-unavailable.ts'
import type { Checkpoint, Checkpoints } from './checkpoints.ts'

export interface ReplayPorts {
  /** Scans one of `segments` parts of the event store. */
  readonly scanOf: (segment: number, segments: number) => CommitScan
  readonly store: EventStore
  readonly rows: RowStore
  readonly versions: ProjectionVersions
  readonly lists: GenerationLists
  readonly checkpoints: Checkpoints
  readonly clock: Clock
}

export interface ReplayOptions extends ReplayPorts {
  readonly segments: number
  /** Stops the replay after the streams in progress. It can be resumed after the last of them. */
  readonly signal: AbortSignal
  /** Maximum write units per second. */
  readonly writeUnits?: number | undefined
  readonly onProgress?: (progress: ReplayProgress) => void
}

/** The work that this worker has done so far. */
export interface ReplayProgress {
  readonly commits: number
  readonly parked: number
  readonly writeUnits: number
}

/**
 * `built`: the generation is complete. `stopped`: the replay can be resumed. `cancelled`: the generation was abandoned
 * or removed from the list.
 */
export type ReplayOutcome = 'built' | 'stopped' | 'cancelled'

const pageTimeoutMs = 10_000
const concurrency = 8
/** Maximum number of streams that are caught up before a checkpoint may move. */
const streamsAtOnce = 64
/**
 * How long a segment works before its checkpoint moves, even within a page, in milliseconds. A worker that is killed
 * loses no more work than that.
 */
const checkpointMs = 1000

/**
 * Builds a listed generation from the event store, and resumes at its checkpoints. It walks the store in segments and
 * catches up every stream. The generation is already listed, so the projector also delivers new events to it.
 * Duplicates do no harm. A checkpoint moves when every stream up to it is written or parked, so a worker that dies
 * loses nothing. Two workers at the same time do no harm either. Before each stream, it checks that the generation is
 * still listed. Throws permanent errors.
 */
export async function replay(generation: AnyGeneration, o: ReplayOptions): Promise<ReplayOutcome> {
  const pace = paced(o)
  const status = createListedCheck(generation, o)
  const progress = { commits: 0, parked: 0, writeUnits: 0 }
  // After an error in one segment, the others stop after their page.
  const failed = new AbortController()
  const signal = AbortSignal.any([o.signal, failed.signal])
  const segments = await Promise.allSettled(
    Array.from({ length: o.segments }, (_, segment) =>
      replaySegment(generation, segment, { ...o, signal, pace, status }, progress).catch((error: unknown) => {
        failed.abort()
        throw error
      }),
    ),
  )
  const outcomes = segments.map((segment) => {
    if (segment.status === 'rejected') throw segment.reason
    return segment.value
  })
  if (outcomes.includes('cancelled')) return 'cancelled'
  if (outcomes.includes('stopped')) return 'stopped'
  return finish(generation, o)
}

async function replaySegment(
  generation: AnyGeneration,
  segment: number,
  o: Work,
  progress: { commits: number; parked: number; writeUnits: number },
): Promise<ReplayOutcome> {
  const scan = o.scanOf(segment, o.segments)
  for (let lost = 0; ; ) {
    if (o.signal.aborted) return 'stopped'
    const ended = await endOf(o)
    if (ended !== undefined) return ended
    const { checkpoints } = await retryUnavailable(o.clock, () =>
      o.checkpoints.read(generation.id, o.segments),
    )
    const checkpoint = checkpoints[segment]
    if (checkpoint === undefined) throw new Error(`There is no segment ${segment}.`)
    if (checkpoint.done) return 'built'

    const page = await retryUnavailable(o.clock, () => scan.page(checkpoint.after, pageTimeoutMs))
    const outcome = await replayPage(generation, segment, { page, checkpoint }, o, progress)
    if (outcome === 'cancelled') return 'cancelled'
    lost = outcome === 'moved' ? 0 : lost + 1
    if (lost > maxLost) throw new Problem('unavailable', 'The checkpoints cannot be written. Try again.')
    if (lost > 0) await o.clock.sleep(backoff(lost, o.clock.random))
  }
}

/** Maximum number of consecutive pages of a segment whose checkpoint could not move. */
const maxLost = 20

/** The options of a replay, with the state that its segments share. */
interface Work extends ReplayOptions {
  readonly pace: Pace
  readonly status: () => Promise<ListedStatus>
}

/**
 * Catches up the streams of a page in order. The checkpoint moves every second, at the end of the page, and when the
 * replay stops. `again` means that the page is abandoned because the checkpoint could not move: another worker was
 * faster, or the answer was lost.
 */
async function replayPage(
  generation: AnyGeneration,
  segment: number,
  { page, checkpoint }: { readonly page: ScanPage; readonly checkpoint: Checkpoint },
  o: Work,
  progress: { commits: number; parked: number; writeUnits: number },
): Promise<'moved' | 'again' | 'cancelled'> {
  const streams = streamsOf(page, generation.aggregate)
  let last = checkpoint
  /** How many items and streams are after the last checkpoint, and how many streams were parked since. */
  let passed = 0
  let parked = 0
  let movedAt = o.clock.now()
  for (let from = 0; ; from += streamsAtOnce) {
    const some = streams.slice(from, from + streamsAtOnce)
    const results = await mapInParallel(some, concurrency, async (one) =>
      o.signal.aborted ? undefined : await catchUpWith(generation, one, o),
    )
    if (results.includes('cancelled')) return 'cancelled'
    // Streams start in order, so those that did not start come last.
    const done = results.filter((result) => result !== undefined && result !== 'cancelled')
    parked += done.filter((result) => result.parked).length
    progress.writeUnits += done.reduce((sum, { writeUnits }) => sum + writeUnits, 0)
    const isComplete = from + done.length >= streams.length
    const until = isComplete ? page.items.length : (streams[from + done.length]?.start ?? passed)
    const isDue = isComplete || o.signal.aborted || o.clock.now() - movedAt >= checkpointMs
    if (isDue && (until > passed || isComplete)) {
      const after = isComplete ? page.next : placeOf(page.items[until - 1])
      const to: Checkpoint = {
        revision: last.revision + 1,
        ...(after && { after }),
        done: isComplete && page.next === undefined,
        commits: last.commits + until - passed,
        parked: last.parked + parked,
      }
      const { outcome } = await o.checkpoints.move(generation.id, segment, to)
      progress.commits += until - passed
      progress.parked += parked
      o.onProgress?.({ ...progress })
      if (outcome !== 'moved') return 'again'
      last = to
      passed = until
      parked = 0
      movedAt = o.clock.now()
    }
    if (isComplete || o.signal.aborted) return 'moved'
  }
}

/** The key of an item of the event store. */
function placeOf(item: unknown): ScanPlace {
  const { pk, sk } = item as { pk: unknown; sk: unknown } // an item of the event store
  return { stream: String(pk), version: Number(sk) }
}

interface PageStream {
  readonly stream: StreamName
  /** Consecutive commits of a page. */
  readonly commits: readonly Commit[]
  /** Version of the last item, even if the item is unreadable. */
  readonly until: number
  /** Index of the stream's first item in the page. */
  readonly start: number
}

/** The streams of this category in a page, in order. Items whose key is not the name of a stream are left out. */
function streamsOf({ items }: ScanPage, aggregate: string): readonly PageStream[] {
  const found = new Map<StreamName, { commits: Commit[]; until: number; start: number }>()
  for (const [start, item] of items.entries()) {
    const { pk, sk } = item as { pk: unknown; sk: unknown } // an item of the event store
    if (typeof pk !== 'string' || !pk.startsWith(`${aggregate}-`)) continue
    const { stream } = parseStreamName(pk)
    const one = found.get(stream) ?? { commits: [], until: 0, start }
    const commit = readable(item)
    if (commit !== undefined) one.commits.push(commit)
    one.until = Math.max(one.until, commit === undefined ? Number(sk) : lastVersion(commit))
    found.set(stream, one)
  }
  return [...found].map(([stream, one]) => ({ stream, ...one }))
}

/** Returns undefined for an unreadable commit. It parks its stream later, when the engine reads it from the store. */
function readable(item: unknown): Commit | undefined {
  try {
    return fromItem(item)
  } catch {
    return undefined
  }
}

async function catchUpWith(
  generation: AnyGeneration,
  { stream, commits, until }: PageStream,
  o: Work,
): Promise<{ parked: boolean; writeUnits: number } | 'cancelled'> {
  const { store, rows, clock } = o
  if ((await endOf(o)) === 'cancelled') return 'cancelled'
  // A stream that starts in this page has no guard, unless the projector or another worker wrote one.
  let fresh = commits[0]?.version === 1
  const result = await retryUnavailable(o.clock, () => {
    const deadline = deadlineIn(writersStreamMs, clock)
    const hinted = { store, rows, clock, deadline, hint: commits, until, fresh }
    fresh = false
    return generation.catchUp(stream, hinted)
  })
  await o.pace(result.cost.writeUnits)
  return { parked: result.parked !== undefined, writeUnits: result.cost.writeUnits }
}

/** How the replay ended, if it did. Another worker may have finished it, or the generation is no longer being built. */
async function endOf({ status, clock }: Work): Promise<ReplayOutcome | undefined> {
  const listed = await retryUnavailable(clock, status)
  if (listed === 'built') return 'built'
  if (listed !== 'building') return 'cancelled'
  return undefined
}

/** The current status of the generation in the list. */
async function statusOf({ id, projection }: AnyGeneration, o: ReplayOptions) {
  const { lists } = await retryUnavailable(o.clock, () => o.lists.read([projection]))
  const list = o.versions.listOf(projection, lists)
  return { list, status: list.generations.find((one) => one.id === id)?.status }
}

async function finish(generation: AnyGeneration, o: ReplayOptions): Promise<ReplayOutcome> {
  const { clock } = o
  return untilMoved({ clock, deadline: deadlineIn(moveMs, clock) }, async () => {
    const { list, status } = await statusOf(generation, o)
    if (status === 'built') return 'built'
    if (status !== 'building') return 'cancelled'
    const { outcome } = await o.lists.move(generation.projection, withStatus(list, generation.id, 'built'))
    return outcome === 'moved' ? 'built' : undefined
  })
}

/** Waits until this number of write units may be consumed, or until the replay is stopped. */
type Pace = (writeUnits: number) => Promise<void>

/** How long to pause before checking again whether the replay was stopped, in milliseconds. */
const longestPauseMs = 200

/** Spreads the writes over time, so that they consume at most the given number of write units per second. */
function paced({ writeUnits: perSecond, clock, signal }: ReplayOptions): Pace {
  if (perSecond === undefined) return async () => {}
  let free = clock.now()
  return async (units) => {
    free = Math.max(free, clock.now()) + (units * 1000) / perSecond
    while (free > clock.now() && !signal.aborted)
      await clock.sleep(Math.min(free - clock.now(), longestPauseMs))
  }
}
