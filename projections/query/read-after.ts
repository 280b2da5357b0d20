import type { Position } from '../../commands/http/position.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import type { CatchUpOptions } from '../engine/catch-up.ts'
import type { AnyGeneration } from '../generations/any-generation.ts'

/**
 * Makes sure that a generation is at least at the given positions: it looks at the guard and, where that is
 * behind, catches the stream up itself, so nobody waits for the stream. Positions of a category that
 * the generation does not fold are met. Throws `unavailable` for a position that is still ahead of the store,
 * and for one behind an event that the stream is parked at.
 */
export async function readAfter(
  generation: Pick<AnyGeneration, 'aggregate' | 'catchUp'>,
  positions: readonly Position[],
  options: Omit<CatchUpOptions, 'hint' | 'until'>,
): Promise<void> {
  const depended = positions.filter(
    ({ stream }) => parseStreamName(stream).aggregate === generation.aggregate,
  )
  await Promise.all(
    depended.map(async ({ stream, version }) => {
      const reached = await generation.catchUp(stream, { ...options, until: version })
      if (reached.version >= version) return
      if (reached.parked !== undefined) {
        throw new Problem('unavailable', 'What you wrote cannot be shown yet: it is being looked into.', {
          retryAfterSeconds: 60,
        })
      }
      throw new Problem('unavailable', 'The position given in Read-After has not been written yet.', {
        retryAfterSeconds: 1,
      })
    }),
  )
}
