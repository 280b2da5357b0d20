import { describe, expect, it } from 'vitest'
import { execute } from '../../commands/execution/execute.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { user } from '../../domain/user/user.ts'
import type { Mail } from '../../workflows/reactions/mailer.ts'
import { ample } from '../kit/memory/read-side.ts'
import { lambdaContext } from '../kit/memory/requests.ts'
import { at, bookingBackend, bookingVersions } from './backend.ts'
import { bookingReminderEmailReaction } from './booking-reminder-email.ts'
import { createDueReminders } from './due-reminders.ts'
import { remindBookingsHandler } from './remind-bookings.ts'

/** Ann's bookings, and the function that sends their reminders. Streams in `broken` cannot be loaded. */
function setUp() {
  const all = bookingBackend()
  const { store, rows, lists, clock, table } = all
  const lines: { message: unknown; extra: unknown }[] = []
  const log = (message: unknown, ...[extra]: unknown[]) => void lines.push({ message, extra })
  const broken = new Set<string>()
  const load: EventStore['load'] = async (stream, ...rest) => {
    if (broken.has(stream)) throw new Problem('unavailable', 'Broken.')
    return store.load(stream, ...rest)
  }
  const sweep = remindBookingsHandler({
    store: { ...store, load },
    dueReminders: createDueReminders(bookingVersions, rows, lists, clock),
    clock,
    logger: { info: log, error: log },
  })
  return {
    ...all,
    lines,
    broken,
    sweepAt: (time: string, context = lambdaContext) => {
      clock.setNow(Date.parse(at(time)))
      return sweep(undefined, context)
    },
    /** Books the room `blue` for an hour, and projects the booking. */
    async book(id: string, time: string) {
      const startsAt = at(time)
      const endsAt = new Date(Date.parse(startsAt) + 3_600_000).toISOString()
      const times = { name: 'Sprint', roomId: 'blue', startsAt, endsAt, now: clock.now() }
      await all.execute(id, { type: 'create-booking', actorId: 'ann', ...times })
      await all.project(id)
    },
    eventsOf: (id: string) =>
      table
        .all()
        .filter(({ pk }) => pk === `booking-${id}`)
        .flatMap(({ events }) => (JSON.parse(String(events)) as { type: string }[]).map(({ type }) => type)),
  }
}

describe('the reminder of a booking', () => {
  // #region test
  it('is due a day before, and once', async () => {
    const { book, sweepAt, eventsOf } = setUp()
    await book('1', '01-10 09:00')
    await sweepAt('01-09 09:00')
    expect(eventsOf('1')).toEqual(['BookingCreated'])
    await sweepAt('01-09 09:05')
    // The read model still lists it.
    await sweepAt('01-09 09:10')
    expect(eventsOf('1')).toEqual(['BookingCreated', 'BookingReminderDue'])
  })
  // #endregion test

  it('is due at the first run after hours without one', async () => {
    const { book, sweepAt, eventsOf } = setUp()
    await book('1', '01-10 09:00')
    await sweepAt('01-10 08:59')
    expect(eventsOf('1')).toEqual(['BookingCreated', 'BookingReminderDue'])
  })

  it('is missed if the first run comes after the booking has begun', async () => {
    const { book, project, sweepAt, eventsOf, rows } = setUp()
    await book('1', '01-10 09:00')
    await sweepAt('01-10 09:00')
    expect(eventsOf('1')).toEqual(['BookingCreated', 'BookingReminderMissed'])
    await project('1')
    expect(rows.rows().filter(({ PK }) => PK.includes('due-reminders'))).toEqual([])
  })

  it('is not due for a booking that was archived, although the list still has it', async () => {
    const { book, execute, sweepAt, eventsOf } = setUp()
    await book('1', '01-10 09:00')
    await execute('1', { type: 'archive-booking', actorId: 'ann' })
    await sweepAt('01-09 12:00')
    expect(eventsOf('1')).toEqual(['BookingCreated', 'BookingArchived'])
  })

  it('is due again, for the new time, if the booking is moved', async () => {
    const { book, execute, project, sweepAt, eventsOf, clock } = setUp()
    await book('1', '01-10 09:00')
    await sweepAt('01-09 09:05')
    const times = { startsAt: at('01-12 09:00'), endsAt: at('01-12 10:00'), now: clock.now() }
    await execute('1', { type: 'move-booking', actorId: 'ann', ...times })
    await project('1')
    await sweepAt('01-10 09:05')
    const before = ['BookingCreated', 'BookingReminderDue', 'BookingMoved']
    expect(eventsOf('1')).toEqual(before)
    await sweepAt('01-11 09:05')
    expect(eventsOf('1')).toEqual([...before, 'BookingReminderDue'])
  })

  it('is not due if the booking was made within the day before', async () => {
    const { book, sweepAt, eventsOf } = setUp()
    await book('1', '01-01 20:00')
    await sweepAt('01-01 19:00')
    expect(eventsOf('1')).toEqual(['BookingCreated'])
  })
})

describe('a run of the sweep', () => {
  it('tries a booking that fails again in the next run, and reminds of the others now', async () => {
    const { book, sweepAt, eventsOf, broken, lines } = setUp()
    await book('1', '01-10 09:00')
    await book('2', '01-10 10:00')
    broken.add('booking-1')
    await expect(sweepAt('01-09 12:00')).rejects.toThrow('1 bookings failed')
    expect(lines).toContainEqual({
      message: 'booking not reminded',
      extra: expect.objectContaining({ stream: 'booking-1' }),
    })
    expect(eventsOf('2')).toContain('BookingReminderDue')
    broken.clear()
    await sweepAt('01-09 12:05')
    expect(eventsOf('1')).toContain('BookingReminderDue')
  })

  it('leaves to the next run what its time is too short for', async () => {
    const { book, sweepAt, eventsOf } = setUp()
    await book('1', '01-10 09:00')
    await sweepAt('01-09 12:00', { ...lambdaContext, getRemainingTimeInMillis: () => 15_000 })
    expect(eventsOf('1')).toEqual(['BookingCreated'])
    await sweepAt('01-09 12:05')
    expect(eventsOf('1')).toContain('BookingReminderDue')
  })

  it('finds the reminders of many bookings', async () => {
    const { book, sweepAt, eventsOf } = setUp()
    const ids = Array.from({ length: 20 }, (_, index) => `b${index}`)
    for (const [index, id] of ids.entries()) await book(id, `01-${10 + index} 09:00`)
    await sweepAt('01-28 12:00')
    expect(ids.filter((id) => eventsOf(id).includes('BookingReminderMissed'))).toHaveLength(19)
    expect(eventsOf('b19')).toContain('BookingReminderDue')
  })
})

describe('the mail', () => {
  const mailed = async (before: (side: ReturnType<typeof setUp>) => unknown) => {
    const side = setUp()
    const { store, clock } = side
    const command = { type: 'register-user', actorId: 'ann', email: 'ann@example.com', name: 'Ann' } as const
    const ids = { commandId: 'c', digest: '', correlationId: 'c', causationId: 'c' }
    await execute(user, { stream: 'user-ann', command, ...ids }, { store, clock, deadline: ample })
    await side.book('1', '01-10 09:00')
    clock.setNow(Date.parse(at('01-09 09:05')))
    await before(side)
    const mails: Mail[] = []
    const mailer = { send: async (mail: Mail) => void mails.push(mail) }
    const event = {
      id: 'booking-1/2',
      type: 'BookingReminderDue',
      at: at('01-09 09:05'),
      correlationId: 'c',
      data: { bookingId: '1' },
    }
    return {
      outcome: await bookingReminderEmailReaction({ store, clock, mailer }).react(event, ample),
      mails,
    }
  }

  it('goes to the owner, with the time that the booking has now', async () => {
    const { outcome, mails } = await mailed(() => {})
    expect(outcome).toBe('sent')
    expect(mails).toMatchObject([{ to: 'ann@example.com', eventId: 'booking-1/2' }])
    expect(mails[0]?.text).toContain('2026-01-10T09:00:00.000Z')
  })

  it('is not sent for a booking that is archived or has begun', async () => {
    expect(await mailed(({ execute }) => execute('1', { type: 'archive-booking', actorId: 'ann' }))).toEqual({
      outcome: 'archived',
      mails: [],
    })
    expect(await mailed(({ clock }) => clock.setNow(Date.parse(at('01-10 09:00'))))).toEqual({
      outcome: 'begun',
      mails: [],
    })
  })
})
