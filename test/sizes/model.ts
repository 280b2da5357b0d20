import type { FunctionKind, MeasuredFunction } from '../../infra/stack/parts/measurement.ts'

/** The sizes that are compared, in MB. */
export const sizes = [128, 192, 256, 384, 512, 768, 1024, 1536, 1769, 2048, 3008] as const

/** The memory at which a function has one core, in MB (Lambda developer guide, "Configure Lambda function memory"). */
export const coreMb = 1769
/** How long a wait for calls to AWS takes at most: DynamoDB answers within 10 ms. */
export const waitMs = 10
/** US dollars per GB and second, and per million requests (us-east-1, arm64, 2026-11-30). */
const perGbSecond = 0.0000133334
const perMillionRequests = 0.2
/** Memory that Lambda's own processes need in an environment, in MB. */
export const platformMb = 20
/** The share of the memory that has to be free at the peak. */
export const spareShare = 0.3

/** The modelled 99th percentile of the duration may be this long, in milliseconds. */
export const bars: Readonly<Record<FunctionKind, number>> = { api: 300, batch: 5_000, picture: 10_000 }

type Used = Pick<MeasuredFunction, 'cpuMs' | 'waits' | 'peakMb' | 'kind'>

/**
 * The duration of an invocation at a size, in milliseconds. A function with less memory than that of a core has a share of
 * it. With more, it is not faster, because a handler runs on one thread.
 */
export function durationMs({ cpuMs, waits }: Pick<Used, 'cpuMs' | 'waits'>, memoryMb: number): number {
  return cpuMs / Math.min(1, memoryMb / coreMb) + waits * waitMs
}

/** The price of a million such invocations, in US dollars. */
export function pricePerMillion(used: Pick<Used, 'cpuMs' | 'waits'>, memoryMb: number): number {
  // Lambda rounds up to whole milliseconds.
  const gbSeconds = (Math.ceil(durationMs(used, memoryMb)) / 1000) * (memoryMb / 1024)
  return perMillionRequests + 1_000_000 * gbSeconds * perGbSecond
}

/** Whether a size is fast enough for its kind and has memory to spare. */
export function meetsBar(used: Used, memoryMb: number): boolean {
  return (
    durationMs(used, memoryMb) <= bars[used.kind] && used.peakMb + platformMb <= memoryMb * (1 - spareShare)
  )
}

/** The cheapest size that meets the bar. Throws an Error if none does. */
export function cheapestSize(used: Used): number {
  const [cheapest] = sizes
    .filter((memoryMb) => meetsBar(used, memoryMb))
    .toSorted((a, b) => pricePerMillion(used, a) - pricePerMillion(used, b))
  if (cheapest === undefined)
    throw new Error(`no size up to ${sizes.at(-1)} MB meets the bar: ${JSON.stringify(used)}`)
  return cheapest
}
