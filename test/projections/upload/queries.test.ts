import { describe, expect, it } from 'vitest'
import { encodePosition } from '../../../commands/http/position.ts'
import { backend } from '../../kit/memory/backend.ts'
import { requested, taken, uploadsIn } from '../../kit/upload/upload-events.ts'

const moment = expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/)
const quarterMs = 15 * 60 * 1000

/** Ann's project, which Bob can see and Carol cannot, at the start of a quarter of an hour. */
async function withProject() {
  const all = backend()
  const { clock, store } = all
  await clock.sleep(quarterMs - (clock.now() % quarterMs))
  for (const person of ['ann', 'bob', 'carol']) await all.confirm(person)
  const created = await all.command('ann', 'create-project', { title: 'Atlas' })
  const projectId = String(created.body['id'])
  const share = (userId: string) =>
    all.command('ann', 'add-project-member', { projectId, email: `${userId}@example.com`, role: 'viewer' })
  const shared = await share('bob')
  const position = String(shared.body['position'])
  const happened = uploadsIn(store, clock.now)
  return { ...all, projectId, position, share, happened }
}

/** The same with one requested upload. */
async function withUpload() {
  const all = await withProject()
  const asked = await all.happened('u1', requested(all.projectId))
  return { ...all, asked }
}

const positionOf = (stream: `${string}-${string}`, version: number) => encodePosition({ stream, version })

describe('an upload', () => {
  it('is shown with the values of its request, and without an end', async () => {
    const { query, projectId, position, asked } = await withUpload()
    const { status, body, headers } = await query('ann', '/uploads/u1', asked, position)
    expect(status).toBe(200)
    expect(body).toEqual({
      id: 'u1',
      version: 1,
      projectId,
      status: 'requested',
      createdAt: moment,
      updatedAt: moment,
      fileName: 'river.jpg',
      contentType: 'image/jpeg',
      size: 2000,
      steps: [{ name: 'requested', at: body['createdAt'] }],
    })
    expect(headers['etag']).toBe('"uploads.v1.1.1"')
  })

  it('shows its finished steps, and its links only once it is completed', async () => {
    const { query, happened, clock, position } = await withUpload()
    const seen: unknown[] = []
    for (const [index, event] of taken.entries()) {
      await clock.sleep(1000)
      const { body } = await query('ann', '/uploads/u1', await happened('u1', event), position)
      expect(body).toMatchObject({ version: index + 2, updatedAt: new Date(clock.now()).toISOString() })
      seen.push([body['status'], 'width' in body, 'originalUrl' in body, 'thumbnailUrl' in body])
    }
    expect(seen).toEqual([
      ['processing', false, false, false],
      ['processing', false, false, false],
      ['processing', true, false, false],
      ['processing', true, false, false],
      ['completed', true, true, true],
    ])
    const { body } = await query('ann', '/uploads/u1')
    expect(body).toMatchObject({ width: 4000, height: 3000, size: 2000 })
    const names = [body['steps']].flat().map((step) => Object(step).name)
    expect(names).toEqual([
      'requested',
      'validated',
      'quota-reserved',
      'metadata-read',
      'thumbnail-made',
      'completed',
    ])
  })

  it.each([
    ['UploadRejected', 'rejected', { reason: 'It is no picture.' }],
    ['UploadFailed', 'failed', { reason: 'It did not come to an end.' }],
    ['UploadCancelled', 'cancelled', {}],
    ['UploadExpired', 'expired', {}],
  ] as const)('shows after %s that it is %s, and why, without links', async (type, status, data) => {
    const { query, happened, position } = await withUpload()
    // The data matches the type in each case.
    const ended = await happened('u1', { type, data } as Parameters<typeof happened>[1])
    const { body } = await query('ann', '/uploads/u1', ended, position)
    expect(body).toMatchObject({ status, steps: [{ name: 'requested' }, { name: status }], ...data })
    expect(Object.keys(body)).not.toContain('originalUrl')
    expect('reason' in body).toBe('reason' in data)
  })

  it('is visible to the present people of its project', async () => {
    const { query, command, share, projectId, position, asked } = await withUpload()
    expect(await query('bob', '/uploads/u1', asked, position)).toMatchObject({ status: 200 })
    const stranger = await query('carol', '/uploads/u1', asked, position)
    const unknown = await query('carol', '/uploads/u2', asked, position)
    expect(stranger.status).toBe(404)
    expect(stranger.body).toEqual({ ...unknown.body, correlationId: expect.any(String) })

    const added = (await share('carol')).body['position']
    expect(await query('carol', '/uploads/u1', added)).toMatchObject({ status: 200 })
    const removed = await command('ann', 'remove-project-member', { projectId, userId: 'carol' })
    expect(await query('carol', '/uploads/u1', removed.body['position'])).toMatchObject({ status: 404 })
  })

  it('is as new as the positions of its own stream and of its project, and ignores other uploads', async () => {
    const { query, projectId, position, asked } = await withUpload()
    expect(await query('ann', '/uploads/u1', position)).toMatchObject({ status: 404 })
    expect(await query('ann', '/uploads/u1', asked)).toMatchObject({ status: 200 })
    const read = (ahead: string) => query('ann', '/uploads/u1', ahead)
    expect(await read(positionOf('upload-u1', 2))).toMatchObject({ status: 503 })
    expect(await read(positionOf(`project-${projectId}`, 9))).toMatchObject({ status: 503 })
    expect(await read(positionOf('upload-u2', 2))).toMatchObject({ status: 200 })
    expect(await read(positionOf('user-bob', 9))).toMatchObject({ status: 200 })
  })

  it('has the same links and entity tag for a quarter of an hour, and then others', async () => {
    const { query, ifNoneMatch, happened, clock, position } = await withUpload()
    const done = await happened('u1', ...taken)
    const first = await query('ann', '/uploads/u1', done, position)
    const etag = String(first.headers['etag'])
    expect(first.body['originalUrl']).toContain(`from=${new Date(clock.now()).toISOString()}`)
    expect(first.body['originalUrl']).toContain('/u1/original?as=river.jpg&')
    expect(first.body['thumbnailUrl']).toContain('/u1/thumbnail?')

    await clock.sleep(quarterMs - 1)
    const same = await query('ann', '/uploads/u1')
    expect([same.headers['etag'], same.body]).toEqual([etag, first.body])
    expect(await ifNoneMatch('ann', '/uploads/u1', etag)).toMatchObject({ status: 304 })

    await clock.sleep(1)
    const later = await ifNoneMatch('ann', '/uploads/u1', etag)
    expect(later.status).toBe(200)
    expect(later.headers['etag']).not.toBe(etag)
    expect(later.body['originalUrl']).toContain(`from=${new Date(clock.now()).toISOString()}`)
  })

  it('has one entity tag until it is completed', async () => {
    const { query, ifNoneMatch, clock, position, asked } = await withUpload()
    const { headers } = await query('ann', '/uploads/u1', asked, position)
    await clock.sleep(quarterMs)
    const again = await ifNoneMatch('ann', '/uploads/u1', String(headers['etag']))
    expect(again).toMatchObject({ status: 304, headers: { etag: headers['etag'] } })
  })
})

describe('the uploads of a project', () => {
  it('are listed newest first, page by page, each as in its own query', async () => {
    const { query, happened, clock, projectId, position } = await withProject()
    const positions = [position]
    for (const id of ['a', 'b', 'c']) {
      await clock.sleep(1000)
      positions.push(await happened(id, requested(projectId, { fileName: `${id}.jpg` })))
    }
    positions.push(await happened('b', ...taken))
    positions.push(await happened('elsewhere', requested('another')))

    const path = `/projects/${projectId}/uploads`
    const first = await query('bob', `${path}?limit=2`, ...positions)
    const [c, b] = [first.body['items']].flat()
    expect([c, b]).toEqual([(await query('bob', '/uploads/c')).body, (await query('bob', '/uploads/b')).body])
    expect(b).toMatchObject({
      id: 'b',
      status: 'completed',
      originalUrl: expect.stringContaining('as=b.jpg'),
    })
    const rest = await query('bob', `${path}?limit=2&cursor=${first.body['cursor']}`)
    expect(rest.body).toEqual({ items: [expect.objectContaining({ id: 'a', status: 'requested' })] })
  })

  it('are visible only to the people of the project', async () => {
    const { query, command, projectId, position, asked } = await withUpload()
    const path = `/projects/${projectId}/uploads`
    expect(await query('bob', path, asked, position)).toMatchObject({ status: 200 })
    expect(await query('carol', path, asked, position)).toMatchObject({ status: 404 })
    expect(await query('ann', '/projects/nothing/uploads')).toMatchObject({ status: 404 })
    const removed = await command('ann', 'remove-project-member', { projectId, userId: 'bob' })
    expect(await query('bob', path, removed.body['position'])).toMatchObject({ status: 404 })
  })

  it('are as new as any position of an upload, and of their project', async () => {
    const { query, projectId, position, asked } = await withUpload()
    const path = `/projects/${projectId}/uploads`
    expect(await query('ann', path, position)).toMatchObject({ status: 200, body: { items: [] } })
    expect(await query('ann', path, asked)).toMatchObject({ body: { items: [{ id: 'u1' }] } })
    expect(await query('ann', path, positionOf('upload-u1', 2))).toMatchObject({ status: 503 })
    expect(await query('ann', path, positionOf(`project-${projectId}`, 9))).toMatchObject({ status: 503 })
    expect(await query('ann', path, positionOf('project-other', 9))).toMatchObject({ status: 200 })
  })
})

describe('the figures of a project', () => {
  it('are its people, its completed uploads and their bytes, with an entity tag that changes with them', async () => {
    const { query, share, happened, projectId, position } = await withProject()
    const path = `/projects/${projectId}/stats`
    const before = await query('bob', path, position)
    expect(before.body).toEqual({
      id: projectId,
      version: 2,
      createdAt: moment,
      updatedAt: moment,
      members: 2,
      uploads: 0,
      bytes: 0,
    })

    await happened('a', requested(projectId), ...taken)
    const sent = await happened('b', requested(projectId), ...taken.slice(0, -1))
    const other = await happened('c', requested('another'), ...taken)
    const one = await query('bob', path, sent, positionOf('upload-a', 6), other)
    expect(one.body).toMatchObject({ version: 2, members: 2, uploads: 1, bytes: 2000 })
    const two = await query(
      'bob',
      path,
      await happened('b', { type: 'UploadCompleted', data: { size: 500 } }),
    )
    expect(two.body).toMatchObject({ version: 2, members: 2, uploads: 2, bytes: 2500 })
    const three = await query('bob', path, (await share('carol')).body['position'])
    expect(three.body).toMatchObject({ version: 3, members: 3, uploads: 2, bytes: 2500 })

    const tags = [before, one, two, three].map(({ headers }) => headers['etag'])
    expect(new Set(tags).size).toBe(4)
    expect((await query('bob', path)).headers['etag']).toBe(tags[3])
  })

  it('are visible only to the people of the project', async () => {
    const { query, command, projectId, position } = await withProject()
    const path = `/projects/${projectId}/stats`
    expect(await query('bob', path, position)).toMatchObject({ status: 200 })
    expect(await query('carol', path, position)).toMatchObject({ status: 404 })
    expect(await query('ann', '/projects/nothing/stats')).toMatchObject({ status: 404 })
    const removed = await command('ann', 'remove-project-member', { projectId, userId: 'bob' })
    expect(await query('bob', path, removed.body['position'])).toMatchObject({ status: 404 })
    expect(await query('ann', path)).toMatchObject({ body: { members: 1 } })
  })

  it('are as new as any position of an upload', async () => {
    const { query, happened, projectId, position } = await withProject()
    const path = `/projects/${projectId}/stats`
    const done = await happened('a', requested(projectId), ...taken)
    expect(await query('ann', path, position)).toMatchObject({ body: { uploads: 0 } })
    expect(await query('ann', path, done)).toMatchObject({ body: { uploads: 1 } })
    expect(await query('ann', path, positionOf('upload-a', 7))).toMatchObject({ status: 503 })
  })
})

describe('a completed upload', () => {
  it('counts among the analytics of its day, with its bytes', async () => {
    const { query, groups, happened, clock, projectId } = await withProject()
    groups.set('ann', ['admin'])
    const today = new Date(clock.now()).toISOString().slice(0, 10)
    const a = await happened('a', requested(projectId), ...taken)
    const b = await happened('b', requested(projectId), { type: 'UploadCancelled', data: {} })
    const { body } = await query('ann', `/analytics/daily?from=${today}&to=${today}`, a, b)
    expect(body['items']).toMatchObject([{ day: today, uploads: 1, bytes: 2000 }])
  })
})

describe('a position that cannot be reached', () => {
  it('answers not yet only to the people of the project, in everything that shows its stream', async () => {
    const { query, command, projectId, position, asked } = await withUpload()
    await query('ann', '/uploads/u1', asked, position)
    const ofProject = positionOf(`project-${projectId}`, 99)
    const ofUpload = positionOf('upload-u1', 99)
    const queries = [
      ['/uploads/u1', ofProject],
      ['/uploads/u1', ofUpload],
      [`/projects/${projectId}/uploads`, ofUpload],
      [`/projects/${projectId}/stats`, ofUpload],
      [`/projects/${projectId}/stats`, ofProject],
    ] as const
    for (const [path, ahead] of queries) {
      expect(await query('bob', path, ahead)).toMatchObject({ status: 503 })
      expect(await query('carol', path, ahead)).toMatchObject({ status: 404 })
    }

    const other = await command('carol', 'create-project', { title: 'Globe' })
    const otherId = String(other.body['id'])
    for (const [path, ahead] of [
      ['/me/projects', ofProject],
      [`/projects/${otherId}/stats`, ofUpload],
      [`/projects/${otherId}/uploads`, ofUpload],
      [`/projects/${otherId}/members`, positionOf('user-ann', 99)],
    ] as const)
      expect(await query('carol', path, other.body['position'], ahead)).toMatchObject({ status: 200 })
  })
})
