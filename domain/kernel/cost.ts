/**
 * The capacity and the number of requests that a call consumed. Every call of the store returns it, retries included.
 */
export interface Cost {
  readonly requests: number
  readonly readUnits: number
  readonly writeUnits: number
}

export const noCost: Cost = { requests: 0, readUnits: 0, writeUnits: 0 }

export function addCost(a: Cost, b: Cost): Cost {
  return {
    requests: a.requests + b.requests,
    readUnits: a.readUnits + b.readUnits,
    writeUnits: a.writeUnits + b.writeUnits,
  }
}

/** The time that is left for a call, measured by a clock that cannot jump. */
export interface Deadline {
  /** Whole milliseconds; 0 or less after the deadline has passed. */
  left(): number
}
