import { describe, expect, it } from 'vitest'
import { encodePosition } from '../../../commands/http/position.ts'
import { fleetBackend } from '../../kit/fleet/backend.ts'
import { ample } from '../../kit/memory/read-side.ts'
import { newCommit } from '../../kit/stores/commits.ts'

const problem = (name: string) => ({ type: `urn:annals:problem:${name}` })

/** A voyage of Ann's, and the path to it. */
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

  it('answers not yet, instead of not found or an older state, for a position that is ahead of the store', async () => {
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

  it('shows present names', async () => {
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

  it('is answered without a body if the client has the same data', async () => {
    const { query, ifNoneMatch, path, position } = await withVoyage()
    const { headers } = await query('ann', path, position)
    expect(headers['etag']).toBe('"voyages.v1.1.1"')
    expect(await ifNoneMatch('ann', path, String(headers['etag']))).toMatchObject({
      status: 304,
      // Without a content type, API Gateway would add its own.
      headers: { 'content-type': 'application/json' },
      body: {},
    })
  })

  it('lists a page at a time, newest first', async () => {
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

  it('of a person who has closed their account is refused once it carries the position of that event', async () => {
    const { query, command, path, position } = await withVoyage()
    expect(await query('ann', path, position)).toMatchObject({ status: 200 })
    const { body } = await command('ann', 'retire')
    expect(await query('ann', path, body['position'])).toMatchObject({
      status: 403,
      body: problem('account-deleted'),
    })
  })
})

describe('a position that cannot be reached', () => {
  /** Adds an event of this person that no projection can read. Returns its position. */
  async function park(side: Awaited<ReturnType<typeof withVoyage>>, id: string, actorId: string) {
    const stream = `voyage-${id}` as const
    const { head } = await side.store.load(stream, ample)
    const commit = newCommit({ events: [{ type: 'Unknown', schema: 1, data: {} }], actorId })
    await side.store.append(head, commit, ample)
    return encodePosition({ stream, version: head.version + 1 })
  }

  it('tells a stranger nothing, whether or not the store has the stream', async () => {
    const side = await withVoyage()
    const parked = await park(side, side.voyageId, 'ann')
    const ahead = encodePosition({ stream: `voyage-${side.voyageId}`, version: 99 })
    const unknown = encodePosition({ stream: 'voyage-unknown', version: 99 })
    for (const path of [side.path, `${side.path}/crew`, '/me/voyages']) {
      const answers = []
      for (const position of [side.position, parked, ahead, unknown]) {
        const { status, body } = await side.query('eve', path, position)
        answers.push({ status, ...body, correlationId: '' })
      }
      for (const answer of answers) expect(answer).toEqual(answers[0])
      expect(answers[0]).toMatchObject({ status: path === '/me/voyages' ? 200 : 404 })
    }
  })

  it('tells nothing to a former sailor, or to a person who has closed their account', async () => {
    const side = await withVoyage()
    const { command, query, voyageId, path } = side
    await command('ann', 'sign-on', { voyageId, sailorId: 'bob', role: 'hand' })
    const { body } = await command('ann', 'sign-off', { voyageId, sailorId: 'bob' })
    const ahead = encodePosition({ stream: `voyage-${voyageId}`, version: 99 })
    expect(await query('bob', path, body['position'], ahead)).toMatchObject({ status: 404 })
    const closed = await command('ann', 'retire')
    expect(await query('ann', path, closed.body['position'], ahead)).toMatchObject({ status: 403 })
  })

  it('answers not yet to the people aboard, for the voyage and for every list that shows it', async () => {
    const side = await withVoyage()
    const { command, query, voyageId, path } = side
    const { body } = await command('ann', 'sign-on', { voyageId, sailorId: 'bob', role: 'hand' })
    const ahead = encodePosition({ stream: `voyage-${voyageId}`, version: 99 })
    for (const one of [path, `${path}/crew`, '/me/voyages'])
      expect(await query('bob', one, body['position'], ahead)).toMatchObject({ status: 503 })
    const ofAnn = encodePosition({ stream: 'sailor-ann', version: 99 })
    expect(await query('bob', `${path}/crew`, ofAnn)).toMatchObject({ status: 503 })
  })

  it('answers not yet to the person who wrote the event, even if nothing shows them the stream', async () => {
    const side = await withVoyage()
    const position = await park(side, 'new', 'eve')
    for (const path of ['/voyages/new', '/me/voyages']) {
      const { status, headers } = await side.query('eve', path, position)
      expect({ status, after: headers['retry-after'] }).toEqual({ status: 503, after: '60' })
      expect(await side.query('bob', path, position)).not.toMatchObject({ status: 503 })
    }
  })
})
