import { failureOf, isRefusal } from '../../../commands/aws/sdk-call.ts'
import { deadlineIn } from '../../../commands/aws/system-clock.ts'
import { backoff, type Clock } from '../../../domain/kernel/clock.ts'
import type { Deadline } from '../../../domain/kernel/cost.ts'
import type { EventStore } from '../../../domain/kernel/event-store.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import type { StreamName } from '../../../domain/kernel/stream.ts'
import { guardKey, type RowItem } from '../../engine/projection.ts'
import type { Counted } from '../../engine/refold.ts'
import type { RowStore } from '../../engine/row-store.ts'
import type { AnyGeneration } from '../../generations/any-generation.ts'
import { writersStreamMs } from '../../generations/listed-check.ts'
import { isUnavailable } from '../walk/retry-unavailable.ts'
import type { WalkedStream } from '../walk/walk.ts'
import { type Comparison, compareStream, type FoldedTo, foldTo } from './compare-stream.ts'
import type { Finding } from './finding.ts'

export interface VerifyStreamOptions {
  readonly store: EventStore
  readonly rows: RowStore
  readonly clock: Clock
  /** Whether to catch up streams that are behind, and to put missing feed rows. */
  readonly repair: boolean
  /** Throws if the generation is no longer listed. Its rows must then not be written. */
  readonly ensureListed: () => Promise<void>
}

export interface VerifiedStream {
  readonly findings: readonly Finding[]
  /** The number of events in the stream. */
  readonly events: number
  /** The amounts of the stream at its guard; undefined if they are unknown. */
  readonly counted: readonly Counted[] | undefined
  /** Whether the stream was behind and is now caught up, and the number of feed rows that were put. */
  readonly caughtUp: boolean
  readonly fed: number
}

/** Maximum time for a page of a stream. */
const perPage: Deadline = { left: () => 10_000 }
/** Maximum number of comparisons of a stream that moves, or whose stores do not answer. */
const maxLooks = 8
/** How long an event may take to reach the read model, in milliseconds. After that, the stream is behind. */
const deliveryMs = 3_000
const deliveryPauseMs = 250

/**
 * Compares a stream with its rows in a generation, and repairs faults that need no new generation. Throws permanent
 * errors of the stores, such as a missing permission. If the read model refuses a request because of its content, the
 * result is a finding.
 */
export async function verifyStream(
  generation: AnyGeneration,
  walked: WalkedStream,
  { store, rows, clock, repair, ensureListed }: VerifyStreamOptions,
): Promise<VerifiedStream> {
  const { stream } = walked
  let fed = 0
  const onMissing = async (missing: readonly RowItem[]): Promise<boolean> => {
    if (repair) await ensureListed()
    if (!repair || !(await putAll(missing, rows, clock))) return false
    fed += missing.length
    return true
  }
  const options = { store, rows, deadline: perPage }
  let wasBehind = false
  let tried = false
  let stuck: readonly string[] = []
  let waits = deliveryMs / deliveryPauseMs
  let why: unknown = 'the stream moved during every comparison'
  for (let looks = 0; looks < maxLooks; looks++) {
    if (looks > 0) await clock.sleep(backoff(looks, clock.random))
    try {
      let seen = await compareStream(generation, walked, options, onMissing)
      while (seen !== undefined && isOnItsWay(seen, clock) && waits-- > 0) {
        await clock.sleep(deliveryPauseMs)
        seen = await compareStream(generation, walked, options, onMissing)
      }
      if (seen === undefined) continue
      if (repair && !tried && isBehind(seen)) {
        wasBehind = true
        await ensureListed()
        stuck = await failureOfCatchUp(generation, stream, { store, rows, clock })
        tried = true
        // The result of the repair is compared again.
        seen = await compareStream(generation, walked, options, onMissing)
        if (seen === undefined) continue
      }
      const caughtUp = wasBehind && !isBehind(seen)
      const events = seen.folded.end
      return {
        findings: findingsOf(walked, seen, stuck),
        events,
        counted: countedOf(seen.folded),
        caughtUp,
        fed,
      }
    } catch (error) {
      if (isUnreadable(error) || isRefusal(error)) return unreadable(stream, error)
      if (!isUnavailable(error)) throw error
      why = error
    }
  }
  const { version, folded } = await foldAtGuard(generation, walked, { store, rows, clock })
  const { end } = folded
  const details = [messageOf(why)]
  const uncompared: Finding = { stream, found: 'uncompared', version, end, details }
  return { findings: [uncompared], events: end, counted: countedOf(folded), caughtUp: false, fed }
}

/**
 * Catches up a stream. Returns the reason if that is impossible, such as an unreadable state. Throws other errors of
 * the stores.
 */
async function failureOfCatchUp(
  generation: AnyGeneration,
  stream: StreamName,
  ports: Pick<VerifyStreamOptions, 'store' | 'rows' | 'clock'>,
): Promise<readonly string[]> {
  try {
    await generation.catchUp(stream, { ...ports, deadline: deadlineIn(writersStreamMs, ports.clock) })
    return []
  } catch (error) {
    if (isUnavailable(error) || (failureOf(error) === 'definite' && !isRefusal(error))) throw error
    return [messageOf(error)]
  }
}

/** The result for a stream whose guard is unreadable. */
function unreadable(stream: StreamName, error: unknown): VerifiedStream {
  const finding: Finding = { stream, found: 'uncompared', version: 0, end: 0, details: [messageOf(error)] }
  return { findings: [finding], events: 0, counted: undefined, caughtUp: false, fed: 0 }
}

function isUnreadable(error: unknown): boolean {
  return error instanceof Problem && error.code === 'unreadable'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The amounts of a stream at its guard; undefined if it cannot be folded that far. */
export async function countedAtGuard(
  ...args: Parameters<typeof foldAtGuard>
): Promise<readonly Counted[] | undefined> {
  return countedOf((await foldAtGuard(...args)).folded)
}

/** Folds a stream up to its guard, without reading its rows. Throws `unavailable` if that takes too long. */
async function foldAtGuard(
  generation: AnyGeneration,
  walked: WalkedStream,
  { store, rows, clock }: Pick<VerifyStreamOptions, 'store' | 'rows' | 'clock'>,
): Promise<{ version: number; folded: FoldedTo }> {
  for (let attempt = 0; ; attempt++) {
    try {
      const { guard } = await rows.readGuard(guardKey(generation.id, walked.stream))
      const version = guard?.version ?? 0
      const options = { store, rows, deadline: perPage }
      return { version, folded: await foldTo(generation, walked, version, options) }
    } catch (error) {
      if (!isUnavailable(error) || attempt === maxLooks) throw error
      await clock.sleep(backoff(attempt, clock.random))
    }
  }
}

function countedOf({ fold, failure }: FoldedTo): readonly Counted[] | undefined {
  if (failure !== undefined) return undefined
  try {
    return fold.counted()
  } catch {
    return undefined
  }
}

function versionOf({ guard }: Comparison): number {
  return guard?.version ?? 0
}

function isBehind(seen: Comparison): boolean {
  return versionOf(seen) < seen.folded.end
}

function isOnItsWay(seen: Comparison, clock: Clock): boolean {
  const { behindSince } = seen.folded
  if (behindSince === undefined || seen.guard?.parked !== undefined) return false
  return clock.now() - Date.parse(behindSince) < deliveryMs
}

function findingsOf({ stream }: WalkedStream, seen: Comparison, stuck: readonly string[]): Finding[] {
  const { guard, folded, feed, difference } = seen
  const { end, failure } = folded
  const version = versionOf(seen)
  const one = (found: Finding['found'], details: readonly string[]): Finding => ({
    stream,
    found,
    version,
    end,
    details,
  })
  const findings: Finding[] = []
  if (guard?.parked !== undefined) findings.push(one('parked', [guard.parked.error]))
  else if (failure !== undefined) findings.push(one('uncompared', [reasonOf(folded)]))
  else if (version > end)
    findings.push(one('different', [`the guard is at ${version}, and the stream ends at ${end}`]))
  else if (version < end) findings.push(one('behind', stuck))
  else if (!difference.none()) findings.push(one('different', difference.list()))
  if (!feed.none()) findings.push(one('feed', feed.list()))
  return findings
}

function reasonOf({ fold, failure }: FoldedTo): string {
  return `the generation has folded version ${fold.version() + 1}, but this code cannot: ${messageOf(failure)}`
}

const maxPuts = 5

/** Puts rows. Returns whether all of them exist now. */
async function putAll(some: readonly RowItem[], rows: RowStore, clock: Clock): Promise<boolean> {
  for (let attempt = 0; attempt < maxPuts; attempt++) {
    if (attempt > 0) await clock.sleep(backoff(attempt, clock.random))
    if ((await rows.put(some)).outcome === 'put') return true
  }
  return false
}
