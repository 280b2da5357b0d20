/** The clock of a time zone. A reading is in milliseconds since 1970, as if the clock showed UTC. */
export interface WallClock {
  read(instant: number): number
  /** Returns when the clock first shows a reading; `undefined` if it skips the reading. */
  firstShows(reading: number): number | undefined
}

const dayMs = 86_400_000

/** Returns the clock of a zone in the IANA database, such as `Europe/Berlin`. Throws if there is no such zone. */
export function wallClock(zone: string): WallClock {
  // An offset is not a zone name, although newer versions of Node.js accept it.
  if (!/^[a-z]/i.test(zone)) throw new RangeError(`Invalid time zone specified: ${zone}`)
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const read = (instant: number) => {
    const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
    const date = Date.UTC(part('year'), part('month') - 1, part('day'))
    const seconds = (part('hour') * 60 + part('minute')) * 60 + part('second')
    return date + seconds * 1000 + (instant - Math.floor(instant / 1000) * 1000)
  }
  return {
    read,
    firstShows(reading) {
      // A zone changes its offset at most once in two days. Its offset is that of the day before or that of the day
      // after.
      const offsets = [-dayMs, dayMs].map((distance) => read(reading + distance) - (reading + distance))
      const instants = offsets.map((offset) => reading - offset).filter((at) => read(at) === reading)
      return instants.length > 0 ? Math.min(...instants) : undefined
    },
  }
}
