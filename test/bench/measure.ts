/** The median of some measurements and their range. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** Throws an Error if there are no values. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: percentile(values, 50), min: percentile(values, 0), max: percentile(values, 100) }
}

/**
 * The value that this percentage of the values does not exceed; for the 50th of an even number, the mean of
 * the middle two.
 */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) throw new RangeError('nothing was measured')
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number) => sorted[Math.min(sorted.length - 1, Math.max(0, index))] ?? Number.NaN
  if (percent === 50) {
    return (at(Math.floor((sorted.length - 1) / 2)) + at(Math.ceil((sorted.length - 1) / 2))) / 2
  }
  return at(Math.ceil((percent / 100) * sorted.length) - 1)
}

/** The quotients of measurements from the same rounds. */
export function ratios(of: readonly number[], to: readonly number[]): number[] {
  return of.map((value, round) => value / (to[round] ?? Number.NaN))
}

/**
 * Measures two sides in turns, so that a disturbance of the machine affects both. The sides alternate in
 * beginning a round. The first round warms up and does not count.
 */
export async function inPairs<T>(
  rounds: number,
  sides: readonly [(round: number) => Promise<T>, (round: number) => Promise<T>],
): Promise<[T[], T[]]> {
  const measured: [T[], T[]] = [[], []]
  for (let round = 0; round <= rounds; round++) {
    for (const side of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const value = await sides[side](round)
      if (round > 0) measured[side].push(value)
    }
  }
  return measured
}

export interface Throughput {
  readonly perSecond: number
  /** Milliseconds of each job. */
  readonly latencies: readonly number[]
  /** Milliseconds of processor time that this process used per job. Other processes hardly affect it. */
  readonly cpuMs: number
}

/** Runs all jobs, at most this many at the same time. */
export async function runAll(
  jobs: readonly (() => Promise<unknown>)[],
  concurrency: number,
): Promise<Throughput> {
  const latencies: number[] = []
  const waiting = jobs.values()
  const began = performance.now()
  const cpu = process.cpuUsage()
  const worker = async () => {
    for (const job of waiting) {
      const { ms } = await timed(job)
      latencies.push(ms)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  const { user, system } = process.cpuUsage(cpu)
  const perSecond = (jobs.length * 1000) / (performance.now() - began)
  return { perSecond, latencies, cpuMs: (user + system) / 1000 / jobs.length }
}

export async function timed<T>(run: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const began = performance.now()
  const value = await run()
  return { value, ms: performance.now() - began }
}
