import type { Chances } from '../../infra/local/index.ts'
import type { Seeded } from '../kit/seeded.ts'

/** Maximum time that a request is under way. */
export const maxDelayMs = 5_000

/**
 * Which faults a schedule has, and how often. Some schedules are calm except for one fault. Others are
 * stormy: then two calls in five fail, and a query makes several.
 */
export function weatherOf(seed: string, chance: Seeded): { chances: Chances; seed: string; delayMs: number } {
  const likely = () => chance.pick([0, 0.02, 0.05, 0.1])
  const chances = {
    throttle: likely(),
    fail: likely(),
    'fail-after': likely(),
    'lose-answer': likely(),
    conflict: likely(),
    delay: likely(),
    kill: likely() / 4,
    duplicate: likely() * 2,
    reorder: likely() * 3,
    rewind: likely(),
  }
  return { chances, seed, delayMs: chance.pick([100, 1_000, maxDelayMs]) }
}
