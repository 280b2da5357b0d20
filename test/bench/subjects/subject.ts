import type { Contestant } from '../contestants/contestant.ts'
import type { Database } from '../database.ts'
import { inPairs, ratios, spreadOf } from '../measure.ts'
import type { Figure, Result } from '../report.ts'

/** The contestants and settings of a run. */
export interface Field {
  readonly database: Database
  readonly raw: Contestant
  readonly annals: Contestant
  /** All contestants but `raw`, Annals first. */
  readonly others: readonly Contestant[]
  readonly size: Size
  /** A number that no other call returns, for names of streams. */
  next(): number
}

export interface Size {
  /** Rounds of a measurement in pairs; a full run has at least 5. */
  readonly rounds: number
  /** Appends per round, both one at a time and in parallel. */
  readonly appends: number
  /** Lengths of the streams that are loaded. */
  readonly lengths: readonly number[]
  /** Loads per round; long streams have fewer. */
  readonly loads: number
  readonly growth: number
  readonly commandsPerWriter: number
  readonly lostAnswers: number
  readonly scanned: { readonly streams: number; readonly events: number }
  readonly replayed: { readonly streams: number; readonly events: number }
  readonly visible: number
  readonly starts: number
  readonly bundleStarts: number
  readonly demos: number
}

export const fullSize: Size = {
  rounds: 7,
  appends: 150,
  lengths: [10, 100, 1000, 10_000],
  loads: 20,
  growth: 1000,
  commandsPerWriter: 50,
  lostAnswers: 5,
  scanned: { streams: 100, events: 50 },
  replayed: { streams: 1000, events: 10 },
  visible: 200,
  starts: 3,
  bundleStarts: 11,
  demos: 5,
}

export const quickSize: Size = {
  rounds: 2,
  appends: 60,
  lengths: [10, 100, 1000],
  loads: 5,
  growth: 200,
  commandsPerWriter: 5,
  lostAnswers: 2,
  scanned: { streams: 20, events: 50 },
  replayed: { streams: 200, events: 10 },
  visible: 30,
  starts: 1,
  bundleStarts: 3,
  demos: 2,
}

export type Subject = (field: Field) => Promise<Result>

/** A contestant's measurements compared with those of `raw`, taken in turns. */
export interface Compared<T> {
  readonly contestant: Contestant
  readonly own: readonly T[]
  readonly raw: readonly T[]
}

/**
 * Measures every contestant in turns with `raw`. The first result is `raw` itself, with its measurements
 * from all pairs and without a ratio.
 */
export async function againstRaw<T>(
  { raw, others, size: { rounds } }: Field,
  measure: (contestant: Contestant) => Promise<T>,
): Promise<Compared<T>[]> {
  const compared: Compared<T>[] = []
  for (const contestant of others) {
    const [ofRaw, own] = await inPairs(rounds, [() => measure(raw), () => measure(contestant)])
    compared.push({ contestant, own, raw: ofRaw })
  }
  return [{ contestant: raw, own: compared.flatMap((each) => each.raw), raw: [] }, ...compared]
}

export function ratioToRaw<T>({ own, raw }: Compared<T>, of: (measured: T) => number): Figure {
  return raw.length === 0 ? undefined : spreadOf(ratios(own.map(of), raw.map(of)))
}

/** A reason why a library that reads the same number of items may be faster. */
export const doesLess =
  'It does less with each event that it reads: Annals checks item and event against their schemas, and adds position, time and author.'
