import { describe, expect, it } from 'vitest'
import { day, dayMs, nextMorning, withAdmin } from '../../kit/memory/daily-report.ts'

describe('the analytics of each day', () => {
  it('count sign-ups on the day on which they happened', async () => {
    const { confirm, command, daily, clock } = await withAdmin()
    const { today, tomorrow } = await nextMorning(clock)
    const positions: unknown[] = []
    for (const person of ['bob', 'carol', 'dave']) {
      await confirm(person)
      positions.push((await command(person, 'change-profile', { name: 'New' })).body['position'])
    }
    await clock.sleep(dayMs)
    await confirm('erin')
    positions.push((await command('erin', 'change-profile', { name: 'New' })).body['position'])

    expect(await daily(`?from=${today}&to=${tomorrow}`, ...positions)).toMatchObject({
      status: 200,
      body: { items: [day(today, { signUps: 3 }), day(tomorrow, { signUps: 1 })] },
    })
  })

  it('are those of the 30 days up to today if the request names no range', async () => {
    const { daily, today } = await withAdmin()
    const { body } = await daily()
    const items = body['items'] as { day: string }[] // the contract defines this shape
    expect(items).toHaveLength(30)
    expect(items.at(-1)?.day).toBe(today)
    expect(items[0]?.day).toBe(new Date(Date.parse(today) - 29 * 86_400_000).toISOString().slice(0, 10))
  })

  it('have a line for each day of a range, even if nothing happened', async () => {
    const { daily } = await withAdmin()
    const { body } = await daily('?from=2024-02-28&to=2024-03-01')
    expect(body).toEqual({ items: [day('2024-02-28'), day('2024-02-29'), day('2024-03-01')] })
    expect((await daily('?from=2023-03-01&to=2024-02-29')).body['items']).toHaveLength(366)
  })

  it.each([
    ['?from=2024-02-30', '/from'],
    ['?from=yesterday&to=2024-03-01', '/from'],
    ['?from=2024-03-02&to=2024-03-01', '/from'],
    ['?from=2023-02-28&to=2024-02-29', '/from'],
    ['?to=2024-3-1', '/to'],
    ['?from=2024-03-01T00:00:00Z&to=2024-03-02', '/from'],
    ['?to=0000-01-15', '/to'],
    ['?to=1969-12-31', '/to'],
    ['?to=+010000-01-01', '/to'],
    ['?from=-000001-12-01&to=1970-01-01', '/from'],
    ['?to=2024-03-01&to=2024-03-02', '/to'],
    ['?from=2024-03-01&sort=desc', '/sort'],
  ])('are refused for %s, naming the field', async (search, path) => {
    const { daily } = await withAdmin()
    expect(await daily(search)).toMatchObject({
      status: 400,
      body: { type: 'urn:annals:problem:invalid-input', errors: [{ path }] },
    })
  })

  it('begin with the first day that has figures', async () => {
    const { daily } = await withAdmin()
    const { body } = await daily('?to=1970-01-15')
    expect(body['items']).toHaveLength(15)
    expect(Object(body['items'])[0]).toMatchObject({ day: '1970-01-01' })
    expect(await daily('?from=9999-12-30&to=9999-12-31')).toMatchObject({ status: 200 })
  })

  it('are readable only for the group admin', async () => {
    const { confirm, query, groups } = await withAdmin()
    await confirm('bob')
    const asked = () => query('bob', '/analytics/daily')
    for (const others of [undefined, [], ['administrators', 'people']]) {
      if (others !== undefined) groups.set('bob', others)
      expect(await asked()).toMatchObject({ status: 403, body: { type: 'urn:annals:problem:forbidden' } })
    }
    groups.set('bob', ['admin'])
    expect(await asked()).toMatchObject({ status: 200 })
  })
})
