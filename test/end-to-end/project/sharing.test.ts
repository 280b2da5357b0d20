import { afterEach, describe, expect, it } from 'vitest'
import { type RunningCloud, runLocalCloud } from '../../kit/local-cloud/local-cloud.ts'
import { type Answer, type Person, signUp } from '../../kit/people/person.ts'

let running: RunningCloud

afterEach(() => running.close())

async function people(count: number): Promise<Person[]> {
  running = await runLocalCloud()
  return Promise.all(Array.from({ length: count }, () => signUp(running.config)))
}

const readAfter = ({ body }: Answer) => ({ 'read-after': String(body['position']) })

describe('a shared project', () => {
  it('is visible to its members and changed by them as their roles allow, until they are removed', async () => {
    const [ann, bob, carol] = await people(3)
    if (!ann || !bob || !carol) throw new Error('three signed up')
    const created = await ann.command('create-project', { title: 'Atlas' })
    const projectId = String(created.body['id'])
    await ann.command('add-project-member', { projectId, email: bob.email, role: 'editor' })
    const shared = await ann.command('add-project-member', { projectId, email: carol.email, role: 'viewer' })
    expect(shared).toMatchObject({ status: 200, body: { version: 3 } })

    expect((await bob.query('/me/projects', readAfter(shared))).body).toMatchObject({
      items: [{ id: projectId, role: 'editor', ownerId: ann.userId }],
    })
    const renamed = await bob.command('rename-project', { projectId, title: 'Globe' })
    expect(renamed.status).toBe(200)
    expect(await carol.command('rename-project', { projectId, title: 'Mine' })).toMatchObject({
      status: 403,
      body: { type: 'urn:annals:problem:forbidden' },
    })
    expect((await carol.query(`/projects/${projectId}/members`, readAfter(renamed))).body).toMatchObject({
      items: [
        { userId: carol.userId, role: 'viewer' },
        { userId: bob.userId, role: 'editor' },
        { userId: ann.userId, role: 'owner', name: ann.email.split('@')[0] },
      ],
    })
    expect(await ann.command('delete-account', {})).toMatchObject({
      status: 422,
      body: { type: 'urn:annals:problem:owns-shared-projects' },
    })

    const removed = await ann.command('remove-project-member', { projectId, userId: bob.userId })
    expect((await bob.query(`/projects/${projectId}`, readAfter(removed))).status).toBe(404)
    expect((await bob.query('/me/projects', readAfter(removed))).body).toEqual({ items: [] })
  })
})
