import { hash } from 'node:crypto'

/**
 * The faults that can happen between two parts, in one vocabulary for the running local cloud and for the ports in
 * memory.
 *
 * Faults of a request: `throttle` refuses it as too frequent; `fail` returns an error and does nothing; `fail-after`
 * executes it and returns an error; `lose-answer` executes it and breaks the connection; `conflict` refuses a write
 * as if a transaction on the item were in progress. Faults of a delivery: `duplicate` delivers it twice; `reorder`
 * lets later records overtake it, unless they belong to the same item; `rewind` repeats the deliveries before it.
 * Faults of both: `delay` makes it wait. A delayed request is executed even if its caller no longer waits for the
 * answer. Faults of a process: `kill` ends it in the middle of its work.
 */
export const faultNames = [
  'throttle',
  'fail',
  'fail-after',
  'lose-answer',
  'conflict',
  'duplicate',
  'reorder',
  'rewind',
  'delay',
  'kill',
] as const

export type Fault = (typeof faultNames)[number]

/**
 * The chance of each fault at every place where it can happen, from 0 to 1. A fault that is not named does not
 * happen.
 */
export type Chances = Readonly<Partial<Record<Fault, number>>>

/** Chances for the places that `at` matches. They replace the general chances there. */
export interface AimedChances {
  readonly at: RegExp
  readonly chances: Chances
}

/** A parsed list of faults, such as `npm start -- --faults` takes. */
export interface ParsedFaults {
  readonly text: string
  readonly chances: Chances
  readonly aimed: readonly AimedChances[]
  /** Throws an Error in one line if a fault is aimed at none of these functions. */
  check(logicalIds: readonly string[]): void
}

/**
 * Parses a list such as `throttle=0.05,kill=0.01`. `projector:throttle=0.2` applies to that function only, and
 * replaces the general faults for it. Throws an Error of one line that names the mistake.
 */
export function parseFaults(text: string): ParsedFaults {
  const aimed = new Map<string, string[]>()
  const everywhere: string[] = []
  for (const pair of text.split(',')) {
    const colon = pair.indexOf(':')
    if (colon === -1) everywhere.push(pair)
    else {
      const name = pair.slice(0, colon).trim()
      aimed.set(name, [...(aimed.get(name) ?? []), pair.slice(colon + 1)])
    }
  }
  return {
    text,
    chances: everywhere.length === 0 ? {} : parseChances(everywhere.join(',')),
    aimed: [...aimed].map(([name, pairs]) => ({
      at: placesOf(name),
      chances: parseChances(pairs.join(',')),
    })),
    check(logicalIds) {
      for (const name of aimed.keys())
        if (!logicalIds.some((id) => placesOf(name).test(`run ${id}`)))
          throw new Error(
            `There is no function "${name}". The functions are ${logicalIds.map(shortName).join(', ')}`,
          )
    },
  }
}

/**
 * Matches the places of one function: its requests, its deliveries and its process. `query-api` also means
 * `QueryApi`.
 */
function placesOf(name: string): RegExp {
  const letters = name.replace(/[^a-z0-9]/gi, '')
  return new RegExp(`[ -]${letters || '(?!)'}([0-9a-f]{8})?$`, 'i')
}

/** Returns a logical id without the suffix that CDK adds to make it unique. */
function shortName(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '')
}

/** Parses chances such as `throttle=0.05,kill=0.01`. Throws an Error of one line that names the mistake. */
export function parseChances(text: string): Chances {
  const pairs = text.split(',').map((pair) => {
    const [name = '', given = ''] = pair.split('=')
    const fault = faultNames.find((one) => one === name.trim())
    if (fault === undefined)
      throw new Error(`There is no fault "${name}". The faults are ${faultNames.join(', ')}`)
    const chance = Number(given)
    if (given.trim() === '' || !(chance >= 0 && chance <= 1))
      throw new Error(`The chance of ${fault} is "${given}": give a number from 0 to 1`)
    return [fault, chance] as const
  })
  return Object.fromEntries(pairs)
}

/** A fault that happens now. */
export interface Occasion {
  readonly fault: Fault
  /** Milliseconds: the length of a `delay`, or the wait before any other fault happens. */
  readonly afterMs: number
}

/** Decides which faults happen. Every part that can fail asks it each time. */
export interface Faults {
  /**
   * Lets faults happen by chance, at the places that `at` matches. At a place that entries of `aimed` match, only the
   * first of these entries applies. With the same seed, the n-th occasion at a place has the same fault, in whatever
   * order the places take turns.
   */
  shake(o: {
    chances: Chances
    seed: string
    at?: RegExp
    delayMs?: number
    aimed?: readonly AimedChances[]
  }): void
  /** Gives this fault to the next `times` occasions at places that `at` matches, before any chance is drawn. */
  next(fault: Fault, o?: { times?: number; at?: RegExp; delayMs?: number }): void
  /** Stops all further faults. */
  calm(): void
  /** Returns the fault that happens at a place now, of those that are possible there. */
  draw(place: string, possible: readonly Fault[]): Occasion | undefined
  /** Returns how often each fault has happened so far. */
  fired(): Readonly<Record<Fault, number>>
}

const nowhere = { chances: {}, seed: '', at: /(?!)/, delayMs: 0, aimed: [] }

export function createFaults(): Faults {
  const fired = Object.fromEntries(faultNames.map((fault) => [fault, 0])) as Record<Fault, number> // all of them
  const draws = new Map<string, number>()
  let queued: { fault: Fault; times: number; at: RegExp; delayMs: number }[] = []
  let shaken: {
    chances: Chances
    seed: string
    at: RegExp
    delayMs: number
    aimed: readonly AimedChances[]
  } = nowhere

  function drawn(place: string, possible: readonly Fault[]): Occasion | undefined {
    const next = queued.find(({ fault, at }) => possible.includes(fault) && at.test(place))
    if (next !== undefined) {
      next.times--
      if (next.times <= 0) queued = queued.filter((one) => one !== next)
      return { fault: next.fault, afterMs: next.delayMs }
    }
    const { seed, at, delayMs, aimed } = shaken
    const aim = aimed.find((one) => one.at.test(place))
    if (aim === undefined && !at.test(place)) return undefined
    const { chances } = aim ?? shaken
    const count = draws.get(place) ?? 0
    draws.set(place, count + 1)
    const drawn = hash('md5', `${seed} ${place} ${count}`, 'buffer')
    let left = drawn.readUInt32BE(0) / 2 ** 32
    for (const fault of possible) {
      const chance = chances[fault] ?? 0
      if (left < chance) return { fault, afterMs: (drawn.readUInt32BE(4) / 2 ** 32) * delayMs }
      left -= chance
    }
    return undefined
  }

  return {
    shake({ at = /^/, delayMs = 300, aimed = [], ...rest }) {
      shaken = { ...rest, at, delayMs, aimed }
      draws.clear()
    },
    next(fault, { times = 1, at = /^/, delayMs = 0 } = {}) {
      queued.push({ fault, times, at, delayMs })
    },
    calm() {
      queued = []
      shaken = nowhere
    },
    draw(place, possible) {
      const occasion = drawn(place, possible)
      if (occasion !== undefined) fired[occasion.fault]++
      return occasion
    },
    fired: () => ({ ...fired }),
  }
}
