import { eachInParallel } from '../../commands/aws/parallel.ts'
import { lastVersion } from '../../domain/kernel/event.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import type { CatchUpOptions, CaughtUp } from '../engine/catch-up.ts'
import type { AnyGeneration } from '../generations/any-generation.ts'
import type { GenerationsOf } from '../generations/projection-versions.ts'
import { byStream, commitsOf, type Delivery } from './stream-record.ts'

export interface StreamFailure {
  readonly stream: StreamName
  /** The stream's first record in this batch. Lambda delivers the batch again from the lowest of these. */
  readonly sequenceNumber: string
  readonly error: unknown
}

function isRejected(result: PromiseSettledResult<void>): result is PromiseRejectedResult {
  return result.status === 'rejected'
}

export interface BatchOptions extends Omit<CatchUpOptions, 'hint' | 'until'> {
  /** Reads the generations that are listed now. It is called after the batch was received. */
  readonly generations: () => Promise<GenerationsOf>
  readonly onCaughtUp?: (generation: AnyGeneration, stream: StreamName, result: CaughtUp<unknown>) => void
  /** Called for a stream that could not be caught up in a generation. */
  readonly onFailed?: (generation: AnyGeneration, stream: StreamName, error: unknown) => void
}

/** Maximum number of streams that are projected at once. */
const concurrency = 10

/**
 * Projects a batch. In each generation, the commits of a stream are written with as few writes as possible, usually
 * one. A stream that fails or is parked does not delay the others. Throws if the generations cannot be listed.
 */
export async function projectBatch(
  deliveries: readonly Delivery[],
  options: BatchOptions,
): Promise<StreamFailure[]> {
  const { generations, onCaughtUp, onFailed, ...catchUpOptions } = options
  const generationsOf = await generations()
  const failures: StreamFailure[] = []

  const projectStream = async (stream: StreamName, delivered: readonly Delivery[]): Promise<void> => {
    const hint = commitsOf(delivered)
    // The record of an unreadable commit has at least its version, so the stream must reach that version.
    const until = Math.max(...delivered.map(({ version }) => version), ...hint.map(lastVersion))
    const aggregate = stream.slice(0, stream.indexOf('-'))
    const found = generationsOf(aggregate)
    const results = await Promise.allSettled(
      found.map(async (generation) => {
        const result = await generation.catchUp(stream, { ...catchUpOptions, hint, until })
        onCaughtUp?.(generation, stream, result)
      }),
    )
    for (const [index, result] of results.entries()) {
      const generation = found[index]
      if (isRejected(result) && generation !== undefined) onFailed?.(generation, stream, result.reason)
    }
    // A generation that is being built must not delay the others. Its verification finds the events that it missed.
    const failed = results.filter((_, index) => found[index]?.building !== true).find(isRejected)
    const first = delivered[0]
    if (failed !== undefined && first !== undefined) {
      failures.push({ stream, sequenceNumber: first.sequenceNumber, error: failed.reason })
    }
  }

  await eachInParallel(byStream(deliveries), concurrency, (next) => projectStream(...next))
  return failures
}
