import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stateNow } from '../../commands/execution/current-state.ts'
import { ample } from '../kit/memory/read-side.ts'
import { at, bookingBackend } from './backend.ts'
import { booking } from './booking.ts'

describe('two bookings of one room', () => {
  // #region test
  const morning = { name: 'Sprint', roomId: 'blue', startsAt: at('01-10 09:00'), endsAt: at('01-10 11:00') }

  it('do not overlap: the second one is told that the time is taken', async () => {
    const { command } = bookingBackend()
    expect(await command('ann', 'create-booking', morning)).toMatchObject({ status: 200 })
    const overlapping = { ...morning, startsAt: at('01-10 10:45'), endsAt: at('01-10 12:00') }
    expect(await command('bob', 'create-booking', overlapping)).toMatchObject({
      status: 409,
      body: { type: 'urn:annals:problem:booking-overlaps' },
    })
  })
  // #endregion test

  it('may touch, and bookings of two rooms may overlap', async () => {
    const { command } = bookingBackend()
    await command('ann', 'create-booking', morning)
    const next = { ...morning, startsAt: at('01-10 11:00'), endsAt: at('01-10 12:00') }
    expect(await command('bob', 'create-booking', next)).toMatchObject({ status: 200 })
    expect(await command('bob', 'create-booking', { ...morning, roomId: 'red' })).toMatchObject({
      status: 200,
    })
  })

  it('do not overlap if both are sent at once', async () => {
    const { command } = bookingBackend()
    const answers = await Promise.all(
      ['ann', 'bob', 'cem'].map((person) => command(person, 'create-booking', morning)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
  })
})

describe('the time of a booking', () => {
  const morning = { name: 'Sprint', roomId: 'blue', startsAt: at('01-10 09:00'), endsAt: at('01-10 11:00') }
  const booked = async () => {
    const all = bookingBackend()
    const { body } = await all.command('ann', 'create-booking', morning)
    return { ...all, bookingId: `${body['id']}` }
  }

  it('is free again once the booking is archived', async () => {
    const { command, table, bookingId } = await booked()
    expect(table.reserved()).toHaveLength(8)
    await command('ann', 'archive-booking', { bookingId })
    expect(table.reserved()).toEqual([])
    expect(await command('bob', 'create-booking', morning)).toMatchObject({ status: 200 })
  })

  it('moves in one step: the new time is taken and the old one is free, or neither', async () => {
    const { command, table, bookingId } = await booked()
    const later = { startsAt: at('01-10 10:00'), endsAt: at('01-10 12:00') }
    const other = { name: 'Sprint', roomId: 'blue', startsAt: at('01-10 12:00'), endsAt: at('01-10 13:00') }
    await command('bob', 'create-booking', other)
    const tooLong = { ...later, endsAt: at('01-10 12:15') }
    expect(await command('ann', 'move-booking', { bookingId, ...tooLong })).toMatchObject({ status: 409 })
    expect(table.reserved()).toHaveLength(8 + 4)
    expect(await command('ann', 'move-booking', { bookingId, ...later })).toMatchObject({ status: 200 })
    const first = { ...morning, endsAt: at('01-10 10:00') }
    expect(await command('bob', 'create-booking', first)).toMatchObject({ status: 200 })
  })

  it.each([
    ['booking-past', at('01-01 00:00'), at('01-01 01:00')],
    ['booking-length', at('01-10 09:00'), at('01-10 09:00')],
    ['booking-length', at('01-10 09:00'), at('01-10 17:15')],
  ])('is refused as %s: %s to %s', async (rule, startsAt, endsAt) => {
    const { command } = bookingBackend()
    expect(
      await command('ann', 'create-booking', { name: 'Sprint', roomId: 'blue', startsAt, endsAt }),
    ).toMatchObject({
      status: 422,
      body: { type: `urn:annals:problem:${rule}` },
    })
  })

  it('begins and ends on a quarter of an hour', async () => {
    const { command } = bookingBackend()
    const body = { ...morning, startsAt: at('01-10 09:05') }
    expect(await command('ann', 'create-booking', body)).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/startsAt' }] },
    })
  })

  it('can be moved by its full length', async () => {
    const { command } = bookingBackend()
    const long = { name: 'Sprint', roomId: 'blue', startsAt: at('01-10 08:00'), endsAt: at('01-10 16:00') }
    const { body } = await command('ann', 'create-booking', long)
    const next = { startsAt: at('01-11 08:00'), endsAt: at('01-11 16:00') }
    expect(await command('ann', 'move-booking', { bookingId: body['id'], ...next })).toMatchObject({
      status: 200,
    })
  })
})

describe('whatever people do at once', () => {
  const hour = fc.integer({ min: 0, max: 12 })
  const action = fc.record({
    kind: fc.constantFrom('create', 'create', 'move', 'archive'),
    id: fc.integer({ min: 0, max: 5 }),
    roomId: fc.constantFrom('blue', 'red'),
    from: hour,
    hours: fc.integer({ min: 1, max: 4 }),
  })

  it('no two active bookings of a room overlap', async () => {
    let active = 0
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 2, maxLength: 12 }), async (actions) => {
        const { execute, store, clock } = bookingBackend()
        const start = Date.parse(at('01-10 00:00'))
        const hourMs = 3_600_000
        const send = ({ kind, id, roomId, from, hours }: (typeof actions)[number]) => {
          const startsAt = new Date(start + from * hourMs).toISOString()
          const endsAt = new Date(start + (from + hours) * hourMs).toISOString()
          const times = { actorId: 'ann', startsAt, endsAt, now: clock.now() }
          if (kind === 'create')
            return execute(`b${id}`, { type: 'create-booking', name: 'Sprint', roomId, ...times })
          if (kind === 'move') return execute(`b${id}`, { type: 'move-booking', ...times })
          return execute(`b${id}`, { type: 'archive-booking', actorId: 'ann' })
        }
        await Promise.allSettled(actions.map(send))

        const states = await Promise.all(
          [0, 1, 2, 3, 4, 5].map(async (id) => (await stateNow(booking, `b${id}`, store, ample)).state),
        )
        const booked = states.flatMap((state) => (state.status === 'active' ? [state] : []))
        for (const one of booked) {
          const others = booked.filter((other) => other !== one && other.roomId === one.roomId)
          const overlaps = others.filter(
            (other) => one.startsAt < other.endsAt && other.startsAt < one.endsAt,
          )
          expect(overlaps).toEqual([])
        }
        active += booked.length
      }),
      { numRuns: 200 },
    )
    expect(active).toBeGreaterThan(200)
  })
})
