import { describe, expect, it } from 'vitest'
import { backend } from '../../kit/memory/backend.ts'

/** Ann, of the group, on a morning. */
const withAdmin = async () => {
  const all = backend()
  all.groups.set('ann', ['people', 'admin'])
  await all.confirm('ann')
  const today = new Date(all.clock.now()).toISOString().slice(0, 10)
  return {
    ...all,
    today,
    daily: (search = '', ...after: unknown[]) => all.query('ann', `/analytics/daily${search}`, ...after),
  }
}
const day = (date: string, counts: object = {}) => ({
  day: date,
  signUps: 0,
  projects: 0,
  uploads: 0,
  bytes: 0,
  ...counts,
})

describe('the analytics of each day', () => {
  it('count sign-ups and projects on the day that they happened on', async () => {
    const { confirm, command, daily, clock } = await withAdmin()
    const dayMs = 24 * 60 * 60 * 1000
    await clock.sleep(dayMs - (clock.now() % dayMs))
    const today = new Date(clock.now()).toISOString().slice(0, 10)
    const tomorrow = new Date(clock.now() + dayMs).toISOString().slice(0, 10)
    const positions: string[] = []
    for (const person of ['bob', 'carol', 'dave']) {
      await confirm(person)
      const { body } = await command(person, 'create-project', { title: 'Atlas' })
      positions.push(String(body['position']))
      positions.push(String((await command(person, 'change-profile', { name: 'New' })).body['position']))
    }
    await clock.sleep(dayMs)
    const { body } = await command('bob', 'create-project', { title: 'Globe' })
    const projectId = body['id']
    positions.push(String((await command('bob', 'archive-project', { projectId })).body['position']))

    expect(await daily(`?from=${today}&to=${tomorrow}`, ...positions)).toMatchObject({
      status: 200,
      body: { items: [day(today, { signUps: 3, projects: 3 }), day(tomorrow, { projects: 1 })] },
    })
  })

  it('are those of the 30 days up to today where no range is named', async () => {
    const { daily, today } = await withAdmin()
    const { body } = await daily()
    const items = body['items'] as { day: string }[] // the contract's form
    expect(items).toHaveLength(30)
    expect(items.at(-1)?.day).toBe(today)
    expect(items[0]?.day).toBe(new Date(Date.parse(today) - 29 * 86_400_000).toISOString().slice(0, 10))
  })

  it('have a line for each day of a range, also where nothing happened', async () => {
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
  ])('are refused for %s, naming the field', async (search, path) => {
    const { daily } = await withAdmin()
    expect(await daily(search)).toMatchObject({
      status: 400,
      body: { type: 'urn:annals:problem:invalid-input', errors: [{ path }] },
    })
  })

  it('are for the group admin', async () => {
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
