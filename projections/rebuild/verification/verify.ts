import { eachInParallel } from '../../../commands/aws/parallel.ts'
import type { Cost } from '../../../domain/kernel/cost.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import { addCounted, type Counted } from '../../engine/refold.ts'
import type { AnyGeneration } from '../../generations/any-generation.ts'
import type { GenerationLists } from '../../generations/generation-list.ts'
import { createListedCheck } from '../../generations/listed-check.ts'
import type { ProjectionVersions } from '../../generations/projection-versions.ts'
import type { CommitScan } from '../walk/commit-scan.ts'
import { retryUnavailable } from '../walk/retry-unavailable.ts'
import { type WalkedStream, walkStreams } from '../walk/walk.ts'
import { createMeter } from './cost-meter.ts'
import type { Finding, FindingKind } from './finding.ts'
import { type CountedSums, notCounted, type VerifiedCounters, verifyCounters } from './verify-counters.ts'
import { countedAtGuard, type VerifyStreamOptions, verifyStream } from './verify-stream.ts'

export interface VerifyOptions extends Omit<VerifyStreamOptions, 'ensureListed'> {
  readonly versions: ProjectionVersions
  readonly lists: GenerationLists
  readonly scan: CommitScan
  /** Called after each stream. */
  readonly onProgress?: (progress: VerifyProgress) => void
}

export interface VerifyProgress {
  /** Walk 1 is the verification itself. Later walks only add up the counters again. */
  readonly walk: number
  /** The number of verified streams in this walk. */
  readonly streams: number
}

/** The result of comparing a generation with the event store. */
export interface Verified {
  readonly generation: string
  readonly streams: number
  readonly events: number
  /** The number of findings of each kind. */
  readonly found: Readonly<Record<FindingKind, number>>
  /** The first thousand findings, in no order. */
  readonly findings: readonly Finding[]
  /** The number of streams that were caught up, and of feed rows that were put. */
  readonly repaired: { readonly streams: number; readonly feedRows: number }
  readonly counters: VerifiedCounters
  /** The capacity that the verification consumed, including repairs. */
  readonly cost: Cost
  /** Whether no fault is left. */
  readonly clean: boolean
}

/** Maximum number of streams that are compared at once. */
const concurrency = 8
const maxFindings = 1000

/**
 * Compares a generation with the event store. Every stream of its category is folded from its first event, and compared
 * with its guard and its rows. The counters are compared with the sums of all streams. Only the counters are kept in
 * memory. Throws permanent errors of the stores.
 */
export async function verify(generation: AnyGeneration, given: VerifyOptions): Promise<Verified> {
  const { total, metered } = createMeter()
  const { store, rows, scan } = given
  const status = createListedCheck(generation, given)
  const ensureListed = async () => {
    if ((await retryUnavailable(given.clock, status)) === undefined)
      throw new Problem('refused', `${generation.id} is no longer listed. Its rows are being removed.`)
  }
  const options = { ...given, ensureListed, store: metered(store), rows: metered(rows), scan: metered(scan) }
  const found: Record<FindingKind, number> = { behind: 0, parked: 0, feed: 0, different: 0, uncompared: 0 }
  const findings: Finding[] = []
  const repaired = { streams: 0, feedRows: 0 }
  let streams = 0
  let events = 0
  let walk = 1

  /** Walks over the streams of the generation's category, and adds up their amounts. */
  const sumOver = async (
    countedOf: (walked: WalkedStream) => Promise<readonly Counted[] | undefined>,
  ): Promise<CountedSums | undefined> => {
    const sums = new Map<string, Counted>()
    let unknown = false
    let done = 0
    await eachInParallel(walkStreams(options.scan, options.clock), concurrency, async (walked) => {
      if (!walked.stream.startsWith(`${generation.aggregate}-`)) return
      const counted = await countedOf(walked)
      unknown ||= counted === undefined
      for (const one of counted ?? []) addCounted(sums, one)
      done += 1
      options.onProgress?.({ walk, streams: done })
    })
    return unknown ? undefined : sums
  }

  const sums = await sumOver(async (walked) => {
    const verified = await verifyStream(generation, walked, options)
    streams += 1
    events += verified.events
    repaired.feedRows += verified.fed
    if (verified.caughtUp) repaired.streams += 1
    for (const finding of verified.findings) {
      found[finding.found] += 1
      if (findings.length < maxFindings) findings.push(finding)
    }
    return verified.counted
  })
  const again = () => {
    walk += 1
    return sumOver((walked) => countedAtGuard(generation, walked, options))
  }
  const counters: VerifiedCounters =
    sums === undefined ? notCounted : await verifyCounters(sums, options.rows, again)
  const clean =
    Object.values(found).every((count) => count === 0) &&
    counters.different.length + counters.moved.length === 0 &&
    counters.uncompared === undefined
  const what = { generation: generation.id, streams, events }
  return { ...what, found, findings, repaired, counters, cost: total(), clean }
}
