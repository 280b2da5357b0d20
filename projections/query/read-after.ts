import type { Position } from '../../commands/http/position.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import type { CatchUpOptions } from '../engine/catch-up.ts'
import type { AnyGeneration } from '../generations/any-generation.ts'

/** A position that a generation cannot reach. Its stream is parked before the position, or ends before it. */
export interface Unreached {
  readonly position: Position
  readonly parked: boolean
}

/**
 * Brings a generation to the given positions. It reads each guard and, if the guard is behind, catches up the stream
 * itself, so the request does not wait for the projector. Positions in a category that the generation does not fold
 * count as reached. Returns the positions that it cannot reach. It reports no error itself, because it does not know
 * who may know of the streams.
 */
export async function readAfter(
  generation: Pick<AnyGeneration, 'aggregate' | 'catchUp'>,
  positions: readonly Position[],
  options: Omit<CatchUpOptions, 'hint' | 'until'>,
): Promise<readonly Unreached[]> {
  const depended = positions.filter(
    ({ stream }) => parseStreamName(stream).aggregate === generation.aggregate,
  )
  const found = await Promise.all(
    depended.map(async (position) => {
      const { stream, version } = position
      const reached = await generation.catchUp(stream, { ...options, until: version })
      if (reached.version >= version) return []
      return [{ position, parked: reached.parked !== undefined }]
    }),
  )
  return found.flat()
}

/** Makes the problem of a position that cannot be reached. Only a person who may know of its stream gets it. */
export function notYet({ parked }: Pick<Unreached, 'parked'>): Problem {
  if (parked) {
    return new Problem(
      'unavailable',
      'Your change was saved but cannot be shown yet. We are looking into it.',
      {
        retryAfterSeconds: 60,
      },
    )
  }
  return new Problem('unavailable', 'The position in Read-After does not exist yet.', {
    retryAfterSeconds: 1,
    clientsFault: true,
  })
}
