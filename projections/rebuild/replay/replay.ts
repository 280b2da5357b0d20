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
import type { CommitScan, ScanPage } from '../walk/commit-scan.ts'
import { retryUnavailable } from '../walk/retry-unavailable.ts'
import type { Checkpoint, Checkpoints } from './checkpoints.ts'

export interface ReplayPorts {
  /** Scans one of so many segments of the event store. */
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
  /** Ends the replay after the pages that are being written; it can be resumed. */
  readonly signal: AbortSignal
  /** Maximum write units a second. */
  readonly writeUnits?: number | undefined
  readonly onProgress?: (progress: ReplayProgress) => void
}

/** The work that this worker has done so far. */
export interface ReplayProgress {
  readonly commits: number
  readonly parked: number
  readonly writeUnits: number
}

/** `built`: everything is in; `stopped`: it can be resumed; `cancelled`: it was abandoned or taken off the list. */
export type ReplayOutcome = 'built' | 'stopped' | 'cancelled'

const pageTimeoutMs = 10_000
const concurrency = 8

/**
 * Builds a listed generation from the event store, and continues at its checkpoints: it walks the store in segments and
 * catches up every stream of a page. The generation was listed before, so the projector also delivers new events to it;
 * duplicates do no harm. A checkpoint moves when every stream of its page is written or parked, so a worker that dies
 * loses nothing, and two workers do no harm. Before each stream it makes sure that the generation is still listed. Throws
 * errors that do not pass.
 */
export async function replay(generation: AnyGeneration, o: ReplayOptions): Promise<ReplayOutcome> {
  const pace = paced(o)
  const status = createListedCheck(generation, o)
  const progress = { commits: 0, parked: 0, writeUnits: 0 }
  // An error that ends one segment ends the others after their page.
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
    const streams = streamsOf(page, generation.aggregate)
    const results = await mapInParallel(streams, concurrency, (one) => catchUpWith(generation, one, o))
    if (results.includes('cancelled')) return 'cancelled'
    const written = results.filter((result) => result !== 'cancelled')
    const parked = written.filter((result) => result.parked).length
    const to: Checkpoint = {
      revision: checkpoint.revision + 1,
      ...(page.next && { after: page.next }),
      done: page.next === undefined,
      commits: checkpoint.commits + page.items.length,
      parked: checkpoint.parked + parked,
    }
    // If another worker was faster, or the answer was lost, the next look at the checkpoint tells where to continue.
    const { outcome } = await o.checkpoints.move(generation.id, segment, to)
    lost = outcome === 'moved' ? 0 : lost + 1
    if (lost > maxLost) throw new Problem('unavailable', 'The checkpoints cannot be written. Try again.')
    if (lost > 0) await o.clock.sleep(backoff(lost, o.clock.random))
    progress.commits += page.items.length
    progress.parked += parked
    progress.writeUnits += written.reduce((sum, { writeUnits }) => sum + writeUnits, 0)
    o.onProgress?.({ ...progress })
  }
}

/** Maximum checkpoints of a segment in a row that were not moved. */
const maxLost = 20

/** What the segments of one replay have in common. */
interface Work extends ReplayOptions {
  readonly pace: Pace
  readonly status: () => Promise<ListedStatus>
}

interface PageStream {
  readonly stream: StreamName
  /** Commits of a page that follow each other. */
  readonly commits: readonly Commit[]
  /** Version of the last item, even if that cannot be read. */
  readonly until: number
}

/** The streams of a page that are of this category. An item whose key names no stream is not a commit. */
function streamsOf({ items }: ScanPage, aggregate: string): readonly PageStream[] {
  const found = new Map<StreamName, { commits: Commit[]; until: number }>()
  for (const item of items) {
    const { pk, sk } = item as { pk: unknown; sk: unknown } // an item of the event store
    if (typeof pk !== 'string' || !pk.startsWith(`${aggregate}-`)) continue
    const { stream } = parseStreamName(pk)
    const one = found.get(stream) ?? { commits: [], until: 0 }
    const commit = readable(item)
    if (commit !== undefined) one.commits.push(commit)
    one.until = Math.max(one.until, commit === undefined ? Number(sk) : lastVersion(commit))
    found.set(stream, one)
  }
  return [...found].map(([stream, one]) => ({ stream, ...one }))
}

/** A commit that cannot be read parks its stream when the engine reads it from the store. */
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
  // A stream that begins in this page has no guard, unless the projector or another worker wrote one.
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

/** How the replay ended, if it did: another worker finished it, or the generation is not to be built any more. */
async function endOf({ status, clock }: Work): Promise<ReplayOutcome | undefined> {
  const listed = await retryUnavailable(clock, status)
  if (listed === 'built') return 'built'
  if (listed !== 'building') return 'cancelled'
  return undefined
}

/** The status of the generation in the list now. */
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

/** Waits until so many units may be written. */
type Pace = (writeUnits: number) => Promise<void>

/** Spreads all writes over time, so that they take no more than a number of write units a second. */
function paced({ writeUnits: perSecond, clock }: ReplayOptions): Pace {
  if (perSecond === undefined) return async () => {}
  let free = clock.now()
  return async (units) => {
    free = Math.max(free, clock.now()) + (units * 1000) / perSecond
    const wait = free - clock.now()
    if (wait > 0) await clock.sleep(wait)
  }
}
