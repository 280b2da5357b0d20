import { type Fault, faultNames } from '../../infra/local/index.ts'

/** The figures of one schedule. */
export interface Simulated {
  readonly commands: number
  readonly commits: number
  /** Virtual time that it took, in milliseconds. */
  readonly took: number
  readonly fired: Readonly<Record<Fault, number>>
}

/** The figures of several schedules together. */
export interface Schedules extends Omit<Simulated, 'took'> {
  readonly schedules: number
}

export const noSchedules: Schedules = {
  schedules: 0,
  commands: 0,
  commits: 0,
  fired: Object.fromEntries(faultNames.map((fault) => [fault, 0])) as Record<Fault, number>, // fromEntries loses the type of the keys: all faults are present
}

export function addSchedules(a: Schedules, b: Schedules): Schedules {
  return {
    schedules: a.schedules + b.schedules,
    commands: a.commands + b.commands,
    commits: a.commits + b.commits,
    // The keys are those of `a`.
    fired: Object.fromEntries(
      faultNames.map((fault) => [fault, a.fired[fault] + b.fired[fault]]),
    ) as Schedules['fired'],
  }
}

/**
 * Simulates this number of schedules, the n-th with the seed `<seed>-<n>`. Throws the Error of the first
 * schedule that breaks a law.
 */
export async function simulateAll(
  simulate: (seed: string) => Promise<Simulated>,
  { seed, count, goesOn = () => true }: { seed: string; count: number; goesOn?: () => boolean },
): Promise<Schedules> {
  let all = noSchedules
  for (let n = 1; n <= count && goesOn(); n++)
    all = addSchedules(all, { schedules: 1, ...(await simulate(`${seed}-${n}`)) })
  return all
}
