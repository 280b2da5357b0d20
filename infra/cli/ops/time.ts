/** A time must have a zone, because without one it would depend on the machine. A date alone starts at midnight UTC. */
const isoTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

/** Returns the time of an option in milliseconds since 1970. Throws an Error unless it is ISO 8601 with a zone. */
export function timeOf(option: string, text: string): number {
  const time = isoTime.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time))
    throw new Error(`--${option} is "${text}": give a time with its zone, such as 2026-01-31T12:00:00Z`)
  return time
}
