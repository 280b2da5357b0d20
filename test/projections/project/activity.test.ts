import { describe, expect, it } from 'vitest'
import { backend } from '../../kit/memory/backend.ts'

const withProject = async () => {
  const all = backend()
  for (const person of ['ann', 'bob', 'carol']) await all.confirm(person)
  const { body } = await all.command('ann', 'create-project', { title: 'Atlas' })
  const projectId = String(body['id'])
  const change = async (name: Parameters<typeof all.command>[1], more: object = {}, person = 'ann') =>
    String((await all.command(person, name, { projectId, ...more })).body['position'])
  const path = `/projects/${projectId}/activity`
  return { ...all, projectId, change, path, position: String(body['position']) }
}

describe('the activity of a project', () => {
  it('lists the events, newest first, without names of people', async () => {
    const { change, query, path, projectId } = await withProject()
    await change('rename-project', { title: 'Globe' })
    await change('describe-project', { description: 'Round' })
    await change('add-project-member', { email: 'bob@example.com', role: 'viewer' })
    await change('add-project-member', { email: 'carol@example.com', role: 'editor' })
    await change('add-project-member', { email: 'bob@example.com', role: 'editor' })
    await change('remove-project-member', { userId: 'carol' })
    await change('archive-project')
    await change('restore-project')
    const last = await change('remove-project-member', { userId: 'bob' }, 'bob')

    const { status, body } = await query('ann', path, last)
    expect(status).toBe(200)
    const items = body['items'] as Record<string, unknown>[] // the contract defines this shape
    expect(items.map(({ version, summary, actorId }) => [version, summary, actorId])).toEqual([
      [10, 'Left', 'bob'],
      [9, 'Restored', 'ann'],
      [8, 'Archived', 'ann'],
      [7, 'Removed a member', 'ann'],
      [6, 'Made a member an editor', 'ann'],
      [5, 'Added an editor', 'ann'],
      [4, 'Added a viewer', 'ann'],
      [3, 'Changed the description', 'ann'],
      [2, 'Renamed to "Globe"', 'ann'],
      [1, 'Created "Atlas"', 'ann'],
    ])
    const at = expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/)
    expect(items[8]).toEqual({
      id: `project-${projectId}/2`,
      version: 2,
      createdAt: at,
      updatedAt: at,
      type: 'ProjectRenamed',
      at,
      actorId: 'ann',
      summary: 'Renamed to "Globe"',
    })
  })

  it('is listed page by page', async () => {
    const { change, query, path } = await withProject()
    let position = ''
    for (const title of ['a', 'b', 'c', 'd']) position = await change('rename-project', { title })
    const versions: unknown[] = []
    let cursor = ''
    for (let page = 0; page < 3; page++) {
      const { body } = await query('ann', `${path}?limit=2${cursor}`, position)
      versions.push((body['items'] as { version: number }[]).map(({ version }) => version))
      cursor = `&cursor=${body['cursor']}`
      expect(body['cursor'] === undefined).toBe(page === 2)
    }
    expect(versions).toEqual([[5, 4], [3, 2], [1]])
  })

  it('is visible only to the people of the project', async () => {
    const { change, query, path, position } = await withProject()
    expect(await query('bob', path, position)).toMatchObject({ status: 404 })
    const added = await change('add-project-member', { email: 'bob@example.com', role: 'viewer' })
    expect(await query('bob', path, added)).toMatchObject({ status: 200 })
    const removed = await change('remove-project-member', { userId: 'bob' })
    expect(await query('bob', path, removed)).toMatchObject({ status: 404 })
    expect(await query('ann', '/projects/nothing/activity')).toMatchObject({ status: 404 })
  })
})
