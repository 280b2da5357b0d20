import { describe, expect, it } from 'vitest'
import {
  switchedTo,
  withBuild,
  withoutGeneration,
  withStatus,
} from '../../../projections/generations/generation-list.ts'
import { versions } from '../../../projections/versions.ts'
import { backend } from '../../kit/memory/backend.ts'

const at = '2026-01-01T00:00:00.000Z'

/** Three projects of ann's, and how to let queries read another generation. */
async function withProjects() {
  const all = backend()
  await all.confirm('ann')
  const positions: unknown[] = []
  for (const title of ['one', 'two', 'three']) {
    positions.push((await all.command('ann', 'create-project', { title })).body['position'])
    await all.clock.sleep(10)
  }
  const begun = withBuild(versions.listOf('projects', new Map()), 1, 1, (number) => `projects.v1.${number}`)
  const built = withStatus(begun.list, begun.id, 'built')
  const switched = switchedTo(built, begun.id, at)
  const titles = ({ body }: { body: Record<string, unknown> }) =>
    [body['items']].flat().map((item) => Object(item).title)
  return { ...all, positions, begun, built, switched, titles }
}

describe('a query, after a switch to another generation,', () => {
  it('is as new as the position that it carries, also where nothing was ever delivered to that', async () => {
    const { query, lists, clock, positions, begun, built, switched, titles } = await withProjects()
    expect(titles(await query('ann', '/me/projects', ...positions))).toEqual(['three', 'two', 'one'])
    for (const list of [begun.list, built, switched]) await lists.move('projects', list)
    await clock.sleep(5_001)
    expect(titles(await query('ann', '/me/projects', ...positions))).toEqual(['three', 'two', 'one'])
  })

  it('has another entity tag: what a client has may differ', async () => {
    const { query, command, lists, clock, begun, built, switched } = await withProjects()
    const { body } = await command('ann', 'create-project', { title: 'four' })
    const path = `/projects/${body['id']}`
    const before = await query('ann', path, body['position'])
    expect(before.headers['etag']).toBe('"projects.v1.1.1"')
    for (const list of [begun.list, built, switched]) await lists.move('projects', list)
    await clock.sleep(5_001)
    expect((await query('ann', path, body['position'])).headers['etag']).toBe('"projects.v1.2.1"')
  })

  it('goes on with the pages of the one before, until that is cleaned up', async () => {
    const { query, lists, clock, positions, begun, built, switched, titles } = await withProjects()
    const first = await query('ann', '/me/projects?limit=1', ...positions)
    const next = `/me/projects?limit=1&cursor=${first.body['cursor']}`
    for (const list of [begun.list, built, switched]) await lists.move('projects', list)
    await clock.sleep(5_001)
    const second = await query('ann', next)
    expect(titles(second)).toEqual(['two'])
    expect(titles(await query('ann', `/me/projects?limit=1&cursor=${second.body['cursor']}`))).toEqual([
      'one',
    ])

    await lists.move('projects', withoutGeneration(switched, 'projects.v1.1', clock.now(), 0))
    await clock.sleep(5_001)
    expect(await query('ann', next)).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/cursor' }] },
    })
  })

  it('takes no cursor of another projection, nor of a generation that is not built', async () => {
    const { query, lists, clock, begun } = await withProjects()
    await lists.move('projects', begun.list)
    await clock.sleep(5_001)
    for (const build of ['users.v1.1', 'projects.v1.2', 'projects.v1.9']) {
      const cursor = Buffer.from(JSON.stringify([build, 'x'])).toString('base64url')
      expect(await query('ann', `/me/projects?cursor=${cursor}`)).toMatchObject({ status: 400 })
    }
  })
})
