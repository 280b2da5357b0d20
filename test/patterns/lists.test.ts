import { describe, expect, it } from 'vitest'
import { counterPartition } from '../../projections/engine/counters.ts'
import { days } from '../../projections/engine/daily-counter.ts'
import { at, bookingBackend } from './backend.ts'
import { bookingsV1 } from './bookings.ts'
import { bookingFigures } from './daily-figures.ts'

/** A backend in which Ann has booked the room `blue` at each of these times, for an hour. */
async function booked(...times: readonly string[]) {
  const all = bookingBackend()
  const positions: unknown[] = []
  const ids: unknown[] = []
  for (const time of times) {
    const startsAt = at(time)
    const endsAt = new Date(Date.parse(startsAt) + 3_600_000).toISOString()
    const { body } = await all.command('ann', 'create-booking', {
      name: 'Sprint',
      roomId: 'blue',
      startsAt,
      endsAt,
    })
    positions.push(body['position'])
    ids.push(body['id'])
  }
  const ask = async (path: string) => (await all.query('bob', path, ...positions)).body
  return { ...all, ids, positions, ask }
}

const startsOf = (body: Record<string, unknown>) =>
  (body['items'] as { startsAt: string }[]).map(({ startsAt }) => startsAt) // as the contract describes it

describe('the list of a room', () => {
  // #region order-test
  it('has the next booking first, whatever the order in which they were made', async () => {
    const { ask } = await booked('01-12 09:00', '01-10 09:00', '01-11 09:00')
    const first = await ask('/rooms/blue/bookings?limit=2')
    expect(startsOf(first)).toEqual([at('01-10 09:00'), at('01-11 09:00')])
    const rest = await ask(`/rooms/blue/bookings?limit=2&cursor=${first['cursor']}`)
    expect(startsOf(rest)).toEqual([at('01-12 09:00')])
    expect(rest).not.toHaveProperty('cursor')
  })
  // #endregion order-test

  it('begins at this moment', async () => {
    const { ask, clock } = await booked('01-10 09:00', '01-11 09:00')
    clock.setNow(Date.parse(at('01-10 09:30')))
    expect(startsOf(await ask('/rooms/blue/bookings'))).toEqual([at('01-11 09:00')])
  })

  it('has neither the bookings of another room nor archived ones', async () => {
    const { ask, command, positions, ids } = await booked('01-10 09:00', '01-11 09:00')
    const { body } = await command('ann', 'archive-booking', { bookingId: ids[0] })
    positions.push(body['position'])
    expect(startsOf(await ask('/rooms/blue/bookings'))).toEqual([at('01-11 09:00')])
    expect(startsOf(await ask('/rooms/red/bookings'))).toEqual([])
  })

  it('is in the order of the times to which bookings were moved', async () => {
    const { ask, command, positions, ids } = await booked('01-10 09:00', '01-11 09:00')
    const later = { startsAt: at('01-12 09:00'), endsAt: at('01-12 10:00') }
    const { body } = await command('ann', 'move-booking', { bookingId: ids[0], ...later })
    positions.push(body['position'])
    expect(startsOf(await ask('/rooms/blue/bookings'))).toEqual([at('01-11 09:00'), at('01-12 09:00')])
  })

  it('tells a stranger the times alone', async () => {
    const { ask } = await booked('01-10 09:00')
    const times = { startsAt: at('01-10 09:00'), endsAt: at('01-10 10:00') }
    expect(await ask('/rooms/blue/bookings')).toEqual({ items: [times] })
  })
})

describe("the owner's own", () => {
  it('bookings are listed newest first and read one by one, and no stranger sees them', async () => {
    const { query, ask, ids, positions } = await booked('01-12 09:00', '01-10 09:00')
    const { body } = await query('ann', '/me/bookings', ...positions)
    expect(startsOf(body)).toHaveLength(2)
    expect(await query('ann', `/bookings/${ids[0]}`, positions[0])).toMatchObject({
      body: {
        id: ids[0],
        name: 'Sprint',
        roomId: 'blue',
        startsAt: at('01-12 09:00'),
        confirmed: false,
        archived: false,
      },
    })
    expect(await query('bob', `/bookings/${ids[0]}`, positions[0])).toMatchObject({ status: 404 })
    expect(await ask('/me/bookings')).toEqual({ items: [] })
  })
})

describe('the counter per day', () => {
  // #region days-test
  it('counts the bookings of each day, and takes back those that are archived or moved', async () => {
    const { ask, command, positions, ids } = await booked('01-02 09:00', '01-02 12:00', '01-03 09:00')
    expect(await ask('/rooms/blue/days?limit=3')).toMatchObject({
      items: [
        { day: '2026-01-01', bookings: 0 },
        { day: '2026-01-02', bookings: 2 },
        { day: '2026-01-03', bookings: 1 },
      ],
    })
    const archived = await command('ann', 'archive-booking', { bookingId: ids[0] })
    const later = { startsAt: at('01-03 12:00'), endsAt: at('01-03 13:00') }
    const moved = await command('ann', 'move-booking', { bookingId: ids[1], ...later })
    positions.push(archived.body['position'], moved.body['position'])
    expect((await ask('/rooms/blue/days?limit=3'))['items']).toEqual([
      { day: '2026-01-01', bookings: 0 },
      { day: '2026-01-02', bookings: 0 },
      { day: '2026-01-03', bookings: 2 },
    ])
  })
  // #endregion days-test

  it('continues on the next page, and ends after a year', async () => {
    const { ask } = await booked('01-03 09:00')
    const first = await ask('/rooms/blue/days?limit=2')
    const second = await ask(`/rooms/blue/days?limit=2&cursor=${first['cursor']}`)
    expect(second['items']).toEqual([
      { day: '2026-01-03', bookings: 1 },
      { day: '2026-01-04', bookings: 0 },
    ])
    const days: unknown[] = []
    for (let cursor = ''; ; ) {
      const page = await ask(`/rooms/blue/days?limit=100${cursor}`)
      days.push(...(page['items'] as unknown[])) // the items of a list
      if (page['cursor'] === undefined) break
      cursor = `&cursor=${page['cursor']}`
    }
    expect(days).toHaveLength(366)
    expect(days.at(-1)).toEqual({ day: '2027-01-01', bookings: 0 })
  })
})

describe('the figure of the daily report', () => {
  it('counts the bookings that were made on a day, whatever becomes of them', async () => {
    const { command, rows, ids, project } = await booked('01-02 09:00', '01-03 09:00')
    await command('ann', 'archive-booking', { bookingId: ids[0] })
    for (const id of ids) await project(`${id}`)
    const partition = counterPartition(`${bookingsV1.name}.v1.1`, days)
    const { sums } = await rows.sums(partition, { from: '2026-01-01', to: '2026-12-31' })
    const [figure] = bookingFigures[bookingsV1.name as 'bookings'] // the name of the projection
    expect([...sums]).toEqual([['2026-01-01', { [figure]: 2 }]])
  })
})
