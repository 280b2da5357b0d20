import type { Position } from '../../commands/http/position.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import type { CatchUpOptions } from '../engine/catch-up.ts'
import type { AnyGeneration } from '../generations/any-generation.ts'

/** A position that a generation cannot reach: its stream is parked before it, or does not come so far. */
export interface Unreached {
  readonly position: Position
  readonly parked: boolean
}

/**
 * Brings a generation to the given positions: it looks at the guard and, if that is behind, catches the stream up
 * itself, so nobody waits for the stream. Positions of a category that the generation does not fold count as reached.
 * Returns the positions that it cannot reach and tells nobody about them: it does not know who may know of the stream.
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

/** The problem of a position that cannot be reached. Only a person who may know of its stream is told. */
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
  return new Problem('unavailable', 'The position given in Read-After has not been written yet.', {
    retryAfterSeconds: 1,
    clientsFault: true,
  })
}
