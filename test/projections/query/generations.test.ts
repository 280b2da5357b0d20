import { describe, expect, it } from 'vitest'
import {
  switchedTo,
  withBuild,
  withoutGeneration,
  withStatus,
} from '../../../projections/generations/generation-list.ts'
import { fleetBackend } from '../../kit/fleet/backend.ts'
import { fleetVersions } from '../../kit/fleet/fleet.ts'

const at = '2026-01-01T00:00:00.000Z'

/** Three voyages of Ann's, and a function that switches queries to another generation. */
async function withVoyages() {
  const all = fleetBackend()
  const positions: unknown[] = []
  for (const name of ['one', 'two', 'three']) {
    positions.push((await all.command('ann', 'plan-voyage', { name })).body['position'])
    await all.clock.sleep(10)
  }
  const begun = withBuild(
    fleetVersions.listOf('voyages', new Map()),
    1,
    1,
    (number) => `voyages.v1.${number}`,
  )
  const built = withStatus(begun.list, begun.id, 'built')
  const switched = switchedTo(built, begun.id, at)
  const names = ({ body }: { body: Record<string, unknown> }) =>
    [body['items']].flat().map((item) => Object(item).name)
  return { ...all, positions, begun, built, switched, names }
}

describe('a query, after a switch to another generation,', () => {
  it('is as new as the position that it carries, even if no commit was ever delivered to that generation', async () => {
    const { query, lists, clock, positions, begun, built, switched, names } = await withVoyages()
    expect(names(await query('ann', '/me/voyages', ...positions))).toEqual(['three', 'two', 'one'])
    for (const list of [begun.list, built, switched]) await lists.move('voyages', list)
    await clock.sleep(5_001)
    expect(names(await query('ann', '/me/voyages', ...positions))).toEqual(['three', 'two', 'one'])
  })

  it("has another entity tag, since the client's copy may differ", async () => {
    const { query, command, lists, clock, begun, built, switched } = await withVoyages()
    const { body } = await command('ann', 'plan-voyage', { name: 'four' })
    const path = `/voyages/${body['id']}`
    const before = await query('ann', path, body['position'])
    expect(before.headers['etag']).toBe('"voyages.v1.1.1"')
    for (const list of [begun.list, built, switched]) await lists.move('voyages', list)
    await clock.sleep(5_001)
    expect((await query('ann', path, body['position'])).headers['etag']).toBe('"voyages.v1.2.1"')
  })

  it('continues with pages of the previous one, until that is cleaned up', async () => {
    const { query, lists, clock, positions, begun, built, switched, names } = await withVoyages()
    const first = await query('ann', '/me/voyages?limit=1', ...positions)
    const next = `/me/voyages?limit=1&cursor=${first.body['cursor']}`
    for (const list of [begun.list, built, switched]) await lists.move('voyages', list)
    await clock.sleep(5_001)
    const second = await query('ann', next)
    expect(names(second)).toEqual(['two'])
    expect(names(await query('ann', `/me/voyages?limit=1&cursor=${second.body['cursor']}`))).toEqual(['one'])

    await lists.move('voyages', withoutGeneration(switched, 'voyages.v1.1', clock.now(), 0))
    await clock.sleep(5_001)
    expect(await query('ann', next)).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/cursor' }] },
    })
  })

  it('accepts no cursor of another projection, nor of a generation that is not built', async () => {
    const { query, lists, clock, begun } = await withVoyages()
    await lists.move('voyages', begun.list)
    await clock.sleep(5_001)
    for (const build of ['sailors.v1.1', 'voyages.v1.2', 'voyages.v1.9']) {
      const cursor = Buffer.from(JSON.stringify([build, 'x'])).toString('base64url')
      expect(await query('ann', `/me/voyages?cursor=${cursor}`)).toMatchObject({ status: 400 })
    }
  })
})
