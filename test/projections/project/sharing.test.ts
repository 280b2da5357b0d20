import { describe, expect, it } from 'vitest'
import { catchUp } from '../../../projections/engine/catch-up.ts'
import { usersV1 } from '../../../projections/user/v1/projection.ts'
import { backend } from '../../kit/memory/backend.ts'
import { ample } from '../../kit/memory/read-side.ts'

const users = { projection: usersV1, generation: 1 }
const problem = (code: string) => ({ type: `urn:annals:problem:${code}` })

describe('a deleted account', () => {
  it('can read nothing more once another query has met the deletion', async () => {
    const { confirm, command, query, store, rows, clock } = backend()
    await confirm('ann')
    await query('ann', '/me')
    await command('ann', 'delete-account')
    expect(await query('ann', '/me/projects')).toMatchObject({ status: 200 })
    await catchUp(users, 'user-ann', { store, rows, clock, deadline: ample })
    expect(await query('ann', '/me')).toMatchObject({ status: 403 })
    expect(await query('ann', '/me/projects')).toMatchObject({ status: 403 })
  })

  it('is impossible while a project of the person has other members', async () => {
    const { confirm, command } = backend()
    await confirm('ann')
    await confirm('bob')
    const { body } = await command('ann', 'create-project', { title: 'Atlas' })
    const projectId = body['id']
    await command('ann', 'add-project-member', { projectId, email: 'bob@example.com', role: 'viewer' })
    expect(await command('ann', 'delete-account')).toMatchObject({
      status: 422,
      body: problem('owns-shared-projects'),
    })
    await command('bob', 'remove-project-member', { projectId, userId: 'bob' })
    expect(await command('ann', 'delete-account')).toMatchObject({ status: 200 })
  })
})

describe('a shared project', () => {
  const shared = async () => {
    const all = backend()
    for (const id of ['ann', 'bob', 'viewer']) await all.confirm(id)
    const created = await all.command('ann', 'create-project', { title: 'Atlas' })
    const projectId = `${created.body['id']}`
    const add = (email: string, role: string) =>
      all.command('ann', 'add-project-member', { projectId, email, role })
    await all.clock.sleep(1000)
    const { body } = await add('BOB@example.com', 'editor')
    return { ...all, projectId, add, position: body['position'] }
  }

  it('is listed for its member with their role, and named to its owner', async () => {
    const { query, projectId, position } = await shared()
    const forBob = { id: projectId, title: 'Atlas', role: 'editor', ownerId: 'ann' }
    expect(await query('bob', '/me/projects', position)).toMatchObject({ body: { items: [forBob] } })
    expect(await query('bob', `/projects/${projectId}`)).toMatchObject({ status: 200, body: forBob })
    expect(await query('ann', `/projects/${projectId}`)).toMatchObject({ body: { role: 'owner' } })
  })

  it('lists its people, newest first, with their present names', async () => {
    const { query, command, projectId, position } = await shared()
    const renamed = await command('bob', 'change-profile', { name: 'Robert' })
    const people = await query('bob', `/projects/${projectId}/members`, position, renamed.body['position'])
    const at = expect.any(String)
    const times = { since: at, createdAt: at, updatedAt: at }
    expect(people.body['items']).toEqual([
      { id: 'bob', version: 2, userId: 'bob', name: 'Robert', role: 'editor', ...times },
      // No request has concerned Ann since she signed up, so her name appears once the projector has run.
      { id: 'ann', version: 1, userId: 'ann', name: '', role: 'owner', ...times },
    ])
    await query('ann', '/me')
    expect((await query('ann', `/projects/${projectId}/members`)).body['items']).toMatchObject([
      { name: 'Robert' },
      { name: 'ann' },
    ])
  })

  it('lists its people page by page', async () => {
    const { query, add, clock, projectId } = await shared()
    await clock.sleep(1000)
    const { body } = await add('viewer@example.com', 'viewer')
    const seen: unknown[] = []
    let path = `/projects/${projectId}/members?limit=1`
    for (let cursor: unknown = ''; cursor !== undefined; ) {
      const page = await query('ann', path, body['position'])
      seen.push(page.body['items'])
      cursor = page.body['cursor']
      path = `/projects/${projectId}/members?limit=1&cursor=${cursor}`
    }
    expect(seen).toMatchObject([[{ userId: 'viewer' }], [{ userId: 'bob' }], [{ userId: 'ann' }]])
  })

  it('is changed by an editor, and not by a viewer', async () => {
    const { command, add, projectId } = await shared()
    await add('viewer@example.com', 'viewer')
    const rename = (who: string) => command(who, 'rename-project', { projectId, title: 'Globe' })
    expect(await rename('viewer')).toMatchObject({ status: 403, body: problem('forbidden') })
    expect(await rename('bob')).toMatchObject({ status: 200 })
  })

  it('keeps the date of joining when a member gets another role', async () => {
    const { query, add, clock, projectId, position } = await shared()
    const since = async (after: unknown) => {
      const { body } = await query('ann', `/projects/${projectId}/members`, after)
      const [bob] = body['items'] as { userId: string; role: string; since: string }[] // The contract defines this shape.
      return bob
    }
    const before = await since(position)
    await clock.sleep(60_000)
    const { body } = await add('bob@example.com', 'viewer')
    expect(await since(body['position'])).toEqual({
      ...before,
      role: 'viewer',
      version: 3,
      updatedAt: expect.any(String),
    })
  })

  it('is not found by a member who was removed, or has left', async () => {
    const { query, command, projectId } = await shared()
    const { body } = await command('ann', 'remove-project-member', { projectId, userId: 'bob' })
    expect(await query('bob', '/me/projects', body['position'])).toMatchObject({ body: { items: [] } })
    expect(await query('bob', `/projects/${projectId}`)).toMatchObject({ status: 404 })
    expect(await query('bob', `/projects/${projectId}/members`)).toMatchObject({ status: 404 })
    expect(await command('bob', 'rename-project', { projectId, title: 'Mine' })).toMatchObject({
      status: 404,
    })
  })

  it('shows no name of a member who has deleted their account', async () => {
    const { query, command, projectId, position } = await shared()
    const { body } = await command('bob', 'delete-account')
    const people = await query('ann', `/projects/${projectId}/members`, position, body['position'])
    expect(people.body['items']).toMatchObject([
      { userId: 'bob', name: '' },
      { userId: 'ann', role: 'owner' },
    ])
  })

  it('cannot be shared with an unknown person, and does not tell a stranger who is known', async () => {
    const { command, add, projectId } = await shared()
    expect(await add('nobody@example.com', 'viewer')).toMatchObject({
      status: 422,
      body: problem('no-such-person'),
    })
    for (const email of ['nobody@example.com', 'bob@example.com']) {
      const body = { projectId, email, role: 'viewer' }
      expect(await command('viewer', 'add-project-member', body)).toMatchObject({ status: 404 })
    }
  })

  it('honours positions of several streams, ignores those that it does not depend on, and waits for none', async () => {
    const { query, command, projectId, position } = await shared()
    const { body } = await command('viewer', 'create-project', { title: 'Other' })
    const future = Buffer.from(`project-${body['id']}@99`).toString('base64url')
    const people = `/projects/${projectId}/members`
    expect(await query('ann', people, position, future)).toMatchObject({ status: 200 })
    const ahead = Buffer.from('user-bob@99').toString('base64url')
    expect(await query('ann', people, position, ahead)).toMatchObject({ status: 503 })
    expect(await query('ann', `/projects/${projectId}`, position, ahead)).toMatchObject({ status: 200 })
    expect(await query('bob', `/projects/${projectId}`, position, ahead)).toMatchObject({ status: 503 })
  })
})
