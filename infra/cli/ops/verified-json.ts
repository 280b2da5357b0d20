import type { Verified } from '../../../projections/rebuild/verification/verify.ts'

/** A verification as `--json` prints it. Scripts depend on these names, so the counters keep their older name. */
export interface VerifiedJson extends Omit<Verified, 'counters'> {
  readonly tallies: Verified['counters']
}

export function verifiedJson({ counters, cost, clean, ...rest }: Verified): VerifiedJson {
  return { ...rest, tallies: counters, cost, clean }
}
