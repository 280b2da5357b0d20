import { hash } from 'node:crypto'

/** Random choices that can be repeated by their seed. */
export interface Seeded {
  /** At least 0, less than 1. */
  next(): number
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number
  /** One of these. Throws an Error if there are none. */
  pick<T>(some: readonly T[]): T
}

export function seeded(seed: string): Seeded {
  let state = hash('md5', seed, 'buffer').readUInt32BE(0)
  // mulberry32 (public domain): small, fast, and good enough for choices.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    between,
    pick(some) {
      const [picked] = some.slice(between(0, some.length - 1))
      if (picked === undefined) throw new RangeError('there is nothing to pick from')
      return picked
    },
  }
}
