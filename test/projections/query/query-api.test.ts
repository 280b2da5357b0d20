import { describe, expect, it } from 'vitest'
import { encodePosition } from '../../../commands/http/position.ts'
import { fleetBackend } from '../../kit/fleet/backend.ts'

const problem = (name: string) => ({ type: `urn:annals:problem:${name}` })

/** A voyage of ann's, and the path to it. */
async function withVoyage() {
  const side = fleetBackend()
  const { body } = await side.command('ann', 'plan-voyage', { name: 'Atlas' })
  const voyageId = String(body['id'])
  return { ...side, voyageId, path: `/voyages/${voyageId}`, position: body['position'] }
}

describe('a query', () => {
  it('is as new as the position that it carries', async () => {
    const { query, command, path, voyageId, position } = await withVoyage()
    expect(await query('ann', path, position)).toMatchObject({ status: 200, body: { version: 1 } })
    const { body } = await command('ann', 'rename-voyage', { voyageId, name: 'Globe' })
    expect((await query('ann', path)).body).toMatchObject({ name: 'Atlas' })
    expect((await query('ann', path, body['position'])).body).toMatchObject({ version: 2, name: 'Globe' })
  })

  it('says not yet, rather than not found or an older state, for a position that is ahead of the store', async () => {
    const { query, path, voyageId, position } = await withVoyage()
    const ahead = encodePosition({ stream: `voyage-${voyageId}`, version: 2 })
    await query('ann', path, position)
    expect(await query('ann', path, ahead)).toMatchObject({ status: 503, body: problem('unavailable') })
  })

  it('waits for no position of a category or a stream that its answer does not depend on', async () => {
    const { query, path, position } = await withVoyage()
    const others = (['planet-1', 'sailor-bob', 'voyage-other'] as const).map((stream) =>
      encodePosition({ stream, version: 9 }),
    )
    expect(await query('ann', path, position, ...others)).toMatchObject({ status: 200 })
  })

  it('joins names as they are at the moment', async () => {
    const { query, command, path, voyageId } = await withVoyage()
    await command('bob', 'change-name', { name: 'Bob' })
    const { body } = await command('ann', 'sign-on', { voyageId, sailorId: 'bob', role: 'hand' })
    const renamed = await command('bob', 'change-name', { name: 'Robert' })
    const crew = await query('ann', `${path}/crew`, body['position'], renamed.body['position'])
    expect(crew.body['items']).toEqual([
      { id: 'bob', role: 'hand', name: 'Robert' },
      { id: 'ann', role: 'captain', name: 'ann' },
    ])
  })

  it('shows a stranger nothing', async () => {
    const { query, path, position } = await withVoyage()
    for (const one of [path, `${path}/crew`])
      expect(await query('eve', one, position)).toMatchObject({ status: 404, body: problem('not-found') })
  })

  it('is answered without a body where the client has the same', async () => {
    const { query, ifNoneMatch, path, position } = await withVoyage()
    const { headers } = await query('ann', path, position)
    expect(headers['etag']).toBe('"voyages.v1.1.1"')
    expect(await ifNoneMatch('ann', path, String(headers['etag']))).toMatchObject({ status: 304, body: {} })
  })

  it('lists a page at a time, the newest first', async () => {
    const { query, command, clock } = fleetBackend()
    const positions: unknown[] = []
    for (const name of ['one', 'two', 'three']) {
      positions.push((await command('ann', 'plan-voyage', { name })).body['position'])
      await clock.sleep(10)
    }
    const namesOf = (body: Record<string, unknown>) => [body['items']].flat().map((item) => Object(item).name)
    const first = await query('ann', '/me/voyages?limit=2', ...positions)
    expect(namesOf(first.body)).toEqual(['three', 'two'])
    const next = await query('ann', `/me/voyages?limit=2&cursor=${first.body['cursor']}`)
    expect(namesOf(next.body)).toEqual(['one'])
    expect(next.body).not.toHaveProperty('cursor')
  })

  it('of a person who has closed their account is refused once it carries the position of that', async () => {
    const { query, command, path, position } = await withVoyage()
    expect(await query('ann', path, position)).toMatchObject({ status: 200 })
    const { body } = await command('ann', 'retire')
    expect(await query('ann', path, body['position'])).toMatchObject({
      status: 403,
      body: problem('account-deleted'),
    })
  })
})
