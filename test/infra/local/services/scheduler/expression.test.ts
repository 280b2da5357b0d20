import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileSchedule, latestBetween } from '../../../../../infra/local/services/scheduler/expression.ts'

/** The first times of an expression after an instant, in the format `2026-01-02 03:04Z`. */
function timesAfter(
  expression: string,
  after: string,
  o: { zone?: string; begin?: string; count?: number } = {},
) {
  const { zone = 'UTC', begin = '1970-01-01T00:00Z', count = 3 } = o
  const nextAfter = compileSchedule(expression, zone)(Date.parse(begin))
  const times: number[] = []
  for (let at = nextAfter(Date.parse(after)); at !== undefined && times.length < count; at = nextAfter(at)) {
    times.push(at)
  }
  return times.map((at) => new Date(at).toISOString().replace('T', ' ').replace(':00.000Z', 'Z'))
}

/** A Thursday. */
const newYear = '2026-01-01T00:00Z'

describe('a cron expression is due', () => {
  it.each([
    // Examples from the EventBridge user guides.
    ['0 10 * * ? *', ['2026-01-01 10:00Z', '2026-01-02 10:00Z', '2026-01-03 10:00Z']],
    ['15 12 * * ? *', ['2026-01-01 12:15Z', '2026-01-02 12:15Z', '2026-01-03 12:15Z']],
    ['0 18 ? * MON-FRI *', ['2026-01-01 18:00Z', '2026-01-02 18:00Z', '2026-01-05 18:00Z']],
    ['0 8 1 * ? *', ['2026-01-01 08:00Z', '2026-02-01 08:00Z', '2026-03-01 08:00Z']],
    ['0/15 * * * ? *', ['2026-01-01 00:15Z', '2026-01-01 00:30Z', '2026-01-01 00:45Z']],
    ['1/10 * * * ? *', ['2026-01-01 00:01Z', '2026-01-01 00:11Z', '2026-01-01 00:21Z']],
    ['0/5 8-17 ? * MON-FRI *', ['2026-01-01 08:00Z', '2026-01-01 08:05Z', '2026-01-01 08:10Z']],
    ['0/30 20-2 ? * MON-FRI *', ['2026-01-01 00:30Z', '2026-01-01 01:00Z', '2026-01-01 01:30Z']],
    ['15 10 ? * 6L 2022-2023', []],
    ['15 10 ? * 6L 2026-2027', ['2026-01-30 10:15Z', '2026-02-27 10:15Z', '2026-03-27 10:15Z']],
    ['0 0 3W * ? *', ['2026-01-02 00:00Z', '2026-02-03 00:00Z', '2026-03-03 00:00Z']],
    ['0 0 ? * 3#2 *', ['2026-01-13 00:00Z', '2026-02-10 00:00Z', '2026-03-10 00:00Z']],
    ['0 0 1 JAN,FEB,MAR ? *', ['2026-02-01 00:00Z', '2026-03-01 00:00Z', '2027-01-01 00:00Z']],
    // Cases that the guides do not show.
    ['0 6 L * ? *', ['2026-01-31 06:00Z', '2026-02-28 06:00Z', '2026-03-31 06:00Z']],
    ['0 6 L 2 ? *', ['2026-02-28 06:00Z', '2027-02-28 06:00Z', '2028-02-29 06:00Z']],
    ['0 6 ? * L *', ['2026-01-03 06:00Z', '2026-01-10 06:00Z', '2026-01-17 06:00Z']],
    ['0 6 ? * friL *', ['2026-01-30 06:00Z', '2026-02-27 06:00Z', '2026-03-27 06:00Z']],
    ['0 6 ? * SUN#5 *', ['2026-03-29 06:00Z', '2026-05-31 06:00Z', '2026-08-30 06:00Z']],
    ['0 6 ? * 1 *', ['2026-01-04 06:00Z', '2026-01-11 06:00Z', '2026-01-18 06:00Z']],
    ['0 6 ? * FRI-MON *', ['2026-01-02 06:00Z', '2026-01-03 06:00Z', '2026-01-04 06:00Z']],
    ['0 6 1W * ? *', ['2026-01-01 06:00Z', '2026-02-02 06:00Z', '2026-03-02 06:00Z']],
    ['0 6 1W AUG ? *', ['2026-08-03 06:00Z', '2027-08-02 06:00Z', '2028-08-01 06:00Z']],
    ['0 6 31W * ? *', ['2026-01-30 06:00Z', '2026-03-31 06:00Z', '2026-05-29 06:00Z']],
    ['0 6 10-20/5 * ? *', ['2026-01-10 06:00Z', '2026-01-15 06:00Z', '2026-01-20 06:00Z']],
    ['0 22-4/3 * * ? *', ['2026-01-01 01:00Z', '2026-01-01 04:00Z', '2026-01-01 22:00Z']],
    ['*/20 0 * nov-jan ? *', ['2026-01-01 00:20Z', '2026-01-01 00:40Z', '2026-01-02 00:00Z']],
    ['0 0 29 2 ? *', ['2028-02-29 00:00Z', '2032-02-29 00:00Z', '2036-02-29 00:00Z']],
    ['0 0 1 1 ? 2030/2', ['2030-01-01 00:00Z', '2032-01-01 00:00Z', '2034-01-01 00:00Z']],
    ['0 0 1 1 ? 2198/1', ['2198-01-01 00:00Z', '2199-01-01 00:00Z']],
    ['0 0 30 2 ? *', []],
    ['0 0 * * ? 1970-2025', []],
  ])('at the times of %s', (fields, expected) => {
    expect(timesAfter(`cron(${fields})`, newYear)).toEqual(expected)
  })

  it.each([
    // New York is four hours behind in summer and five in winter; Los Angeles is three hours behind New York.
    ['30 8 * * ? *', 'America/New_York', '2026-03-07T12:00Z', ['03-07 13:30', '03-08 12:30', '03-09 12:30']],
    [
      '30 2 * * ? *',
      'America/Los_Angeles',
      '2026-03-07T00:00Z',
      ['03-07 10:30', '03-09 09:30', '03-10 09:30'],
    ],
    ['30 2 * * ? *', 'Europe/Berlin', '2026-03-27T12:00Z', ['03-28 01:30', '03-30 00:30', '03-31 00:30']],
    ['30 2 * * ? *', 'Europe/Berlin', '2026-10-24T00:31Z', ['10-25 00:30', '10-26 01:30', '10-27 01:30']],
    ['0/30 * * * ? *', 'Europe/Berlin', '2026-10-25T00:20Z', ['10-25 00:30', '10-25 02:00', '10-25 02:30']],
    ['0/30 * * * ? *', 'Europe/Berlin', '2026-10-25T01:20Z', ['10-25 02:00', '10-25 02:30', '10-25 03:00']],
    [
      '45 1,2 * * ? *',
      'Australia/Lord_Howe',
      '2026-04-04T14:00Z',
      ['04-04 14:45', '04-04 16:15', '04-05 15:15'],
    ],
    ['0 6 1 * ? *', 'Asia/Kolkata', '2026-01-01T00:00Z', ['01-01 00:30', '02-01 00:30', '03-01 00:30']],
    ['0 0 L * ? *', 'Pacific/Auckland', '2026-03-01T00:00Z', ['03-30 11:00', '04-29 12:00', '05-30 12:00']],
  ])('for %s by the clock of %s, after %s', (fields, zone, after, expected) => {
    const times = expected.map((time) => `2026-${time}Z`)
    expect(timesAfter(`cron(${fields})`, after, { zone })).toEqual(times)
  })

  it('never before its start', () => {
    const begin = '2026-05-01T10:00Z'
    expect(timesAfter('cron(0 10 * * ? *)', newYear, { begin, count: 1 })).toEqual(['2026-05-01 10:00Z'])
  })
})

describe('a rate is due', () => {
  const begin = '2026-03-28T10:20Z'
  it.each([
    ['rate(5 minutes)', '2026-03-28T10:19Z', ['2026-03-28 10:20Z', '2026-03-28 10:25Z', '2026-03-28 10:30Z']],
    ['rate(1 minute)', '2026-03-28T10:20Z', ['2026-03-28 10:21Z', '2026-03-28 10:22Z', '2026-03-28 10:23Z']],
    ['rate(2 hours)', '2026-03-28T12:19Z', ['2026-03-28 12:20Z', '2026-03-28 14:20Z', '2026-03-28 16:20Z']],
    ['rate(1 days)', '2026-03-28T10:20Z', ['2026-03-29 10:20Z', '2026-03-30 10:20Z', '2026-03-31 10:20Z']],
  ])('%s from its start, whatever the clocks do', (expression, after, expected) => {
    expect(timesAfter(expression, after, { begin, zone: 'Europe/Berlin' })).toEqual(expected)
  })
})

describe('an expression is refused', () => {
  it.each([
    ['at(2026-01-01T00:00:00)', 'only rate(…) and cron(…) are modelled'],
    ['rate(0 minutes)', 'only rate(…) and cron(…) are modelled'],
    ['rate(1.5 hours)', 'only rate(…) and cron(…) are modelled'],
    ['rate(5 weeks)', 'only rate(…) and cron(…) are modelled'],
    ['cron(0 10 * * ?)', 'it has six fields, not 5'],
    ['cron(0 10 * * * *)', 'exactly one of its day-of-month and its day-of-week must be ?'],
    ['cron(0 10 ? * ? *)', 'exactly one of its day-of-month and its day-of-week must be ?'],
    ['cron(60 10 * * ? *)', 'its minutes is not valid or not modelled: 60'],
    ['cron(0 24 * * ? *)', 'its hours is not valid or not modelled: 24'],
    ['cron(0 0 0 * ? *)', 'its day-of-month is not valid or not modelled: 0'],
    ['cron(0 0 32W * ? *)', 'its day-of-month is not valid or not modelled: 32'],
    ['cron(0 0 L-3 * ? *)', 'its day-of-month is not valid or not modelled: L'],
    ['cron(0 0 1,L * ? *)', 'its day-of-month is not valid or not modelled: L'],
    ['cron(0 0 LW * ? *)', 'its day-of-month is not valid or not modelled: LW'],
    ['cron(0 0 1 13 ? *)', 'its month is not valid or not modelled: 13'],
    ['cron(0 0 1 MAI ? *)', 'its month is not valid or not modelled: MAI'],
    ['cron(0 0 ? * 0 *)', 'its day-of-week is not valid or not modelled: 0'],
    ['cron(0 0 ? * 3#6 *)', 'its day-of-week is not valid or not modelled: 3#6'],
    ['cron(0 0 ? * 3#1,6#3 *)', 'its day-of-week is not valid or not modelled: 3#1'],
    ['cron(0 0 ? * 2/2 *)', 'its day-of-week is not valid or not modelled: 2/2'],
    ['cron(0 0 1 1 ? 2030-2026)', 'its year is not valid or not modelled: 2030-2026'],
    ['cron(0 0 1 1 ? 1969)', 'its year is not valid or not modelled: 1969'],
    ['cron(*/0 0 1 1 ? *)', 'its minutes is not valid or not modelled: */0'],
    ['cron(*-5 0 1 1 ? *)', 'its minutes is not valid or not modelled: *-5'],
    ['cron(1, 0 1 1 ? *)', 'its minutes is not valid or not modelled: nothing'],
  ])('if it is %s', (expression, message) => {
    expect(() => compileSchedule(expression, 'UTC')).toThrow(message)
  })

  it.each(['Europe/Atlantis', '+02:00', ''])('if its zone is %j', (zone) => {
    expect(() => compileSchedule('rate(1 day)', zone)).toThrow('Invalid time zone')
  })
})

const minuteMs = 60_000
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata']
const formats = new Map(
  zones.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }),
  ]),
)
/** The local time of a zone, in the format `2026-01-02 03:04`. */
const shown = (zone: string, at: number) => formats.get(zone)?.format(at) ?? ''

/** A field as text, with the values that it represents. */
const field = (least: number, most: number) =>
  fc.oneof(
    fc.constant({ text: '*', has: () => true }),
    fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 4 }).map((values) => ({
      text: values.join(','),
      has: (value: number) => values.includes(value),
    })),
    fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: 1, max: 9 })).map(([from, step]) => ({
      text: `${from}/${step}`,
      has: (value: number) => value >= from && (value - from) % step === 0,
    })),
    fc
      .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
      .map(([from, to]) => ({
        text: `${from}-${to}`,
        has: (value: number) => (from <= to ? value >= from && value <= to : value >= from || value <= to),
      })),
  )

const expressions = fc
  .record({
    minute: field(0, 59),
    hour: field(0, 23),
    day: field(1, 31),
    month: field(1, 12),
    byWeekday: fc.boolean(),
  })
  .chain(({ day, ...fields }) =>
    (fields.byWeekday ? field(1, 7).filter(({ text }) => !text.includes('/')) : fc.constant(day)).map(
      (dayField) => ({ ...fields, day: dayField }),
    ),
  )
  .map(({ minute, hour, day, month, byWeekday }) => {
    const days = byWeekday ? ['?', month.text, day.text] : [day.text, month.text, '?']
    return {
      text: `cron(${[minute.text, hour.text, ...days].join(' ')} *)`,
      matches(zone: string, at: number) {
        const reading = shown(zone, at)
        const [date = '', time = ''] = reading.split(' ')
        const [, m = 0, d = 0] = date.split('-').map(Number)
        const [h = 0, min = 0] = time.split(':').map(Number)
        const isDay = byWeekday ? day.has(new Date(`${date}T00:00Z`).getUTCDay() + 1) : day.has(d)
        const isRepeated = [30, 60].some((minutes) => shown(zone, at - minutes * minuteMs) === reading)
        return minute.has(min) && hour.has(h) && month.has(m) && isDay && !isRepeated
      },
    }
  })

const start = Date.parse('2026-01-01T00:00Z')
const end = Date.parse('2028-01-01T00:00Z')
/** Half of them are near the days on which some clock changes. */
const instants = fc.oneof(
  fc.integer({ min: start, max: end }),
  fc
    .tuple(
      fc.constantFrom('2026-03-08', '2026-03-29', '2026-04-04', '2026-10-03', '2026-10-25', '2026-11-01'),
      fc.integer({ min: -20 * 3_600_000, max: 30 * 3_600_000 }),
    )
    .map(([day, offset]) => Date.parse(`${day}T00:00Z`) + offset),
)

describe('the next time of a cron expression', () => {
  it('is after the instant and matches, and no instant between them matches', () => {
    fc.assert(
      fc.property(expressions, fc.constantFrom(...zones), instants, ({ text, matches }, zone, instant) => {
        const next = compileSchedule(text, zone)(0)(instant)
        if (next !== undefined) {
          expect(next).toBeGreaterThan(instant)
          expect(next % minuteMs).toBe(0)
          expect(matches(zone, next)).toBe(true)
        }
        // Every minute of a day, and some values beyond it.
        const until = Math.min(next ?? end, instant + 40 * 86_400_000)
        const first = Math.floor(instant / minuteMs + 1) * minuteMs
        for (let at = first, n = 0; at < until; n += 1, at += (n < 1500 ? 1 : 37) * minuteMs) {
          if (matches(zone, at)) throw new Error(`${new Date(at).toISOString()} is before ${next}`)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('after the latest time up to an instant is later than that instant', () => {
    fc.assert(
      fc.property(expressions, instants, instants, ({ text }, a, b) => {
        const nextAfter = compileSchedule(text, 'Europe/Berlin')(0)
        const from = Math.min(a, b)
        const until = Math.max(a, b)
        const latest = latestBetween(nextAfter, from, until)
        expect(nextAfter(latest ?? from) ?? Infinity).toBeGreaterThan(until)
        if (latest === undefined) return
        expect(latest).toBeGreaterThan(from)
        expect(latest).toBeLessThanOrEqual(until)
        expect(nextAfter(latest - 1)).toBe(latest)
      }),
    )
  })
})
