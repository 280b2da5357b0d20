import { describe, expect, it } from 'vitest'
import { terms } from '../../../domain/subscription/plans.ts'
import { backend } from '../../kit/memory/backend.ts'

const file = { fileName: 'river.jpg', contentType: 'image/jpeg', size: 2000 }
const form = {
  method: 'POST',
  url: 'https://files.example.com',
  fields: expect.any(Object),
  expiresAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
}

const withProject = async () => {
  const all = backend()
  for (const person of ['ann', 'bob', 'carol']) await all.confirm(person)
  const { body } = await all.command('ann', 'create-project', { title: 'Atlas' })
  const projectId = String(body['id'])
  const share = (email: string, role: string) =>
    all.command('ann', 'add-project-member', { projectId, email, role })
  await share('bob@example.com', 'editor')
  await share('carol@example.com', 'viewer')
  const request = (person: string, more: object = {}, headers: Record<string, string> = {}) =>
    all.command(person, 'request-upload', { projectId, ...file, ...more }, headers)
  return { ...all, projectId, request }
}

describe('a request for an upload', () => {
  it.each(['ann', 'bob'])('returns a form to %s, who may change the project', async (person) => {
    const { request } = await withProject()
    const { status, body } = await request(person)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      version: 1,
      events: [{ type: 'UploadRequested', version: 1 }],
      upload: form,
      stream: `upload-${body['id']}`,
    })
  })

  it('is repeated with the same upload and a new form, until the upload has ended', async () => {
    const { request, command, clock } = await withProject()
    const headers = { 'idempotency-key': 'one' }
    const { body } = await request('ann', {}, headers)
    await clock.sleep(60_000)
    const again = await request('ann', {}, headers)
    expect(again.body).toEqual(body)
    await command('ann', 'cancel-upload', { uploadId: body['id'] })
    const { upload: _, ...rest } = body
    expect((await request('ann', {}, headers)).body).toEqual(rest)
  })

  it.each<[string, Parameters<ReturnType<typeof backend>['command']>[1], object]>([
    ['is removed', 'remove-project-member', { userId: 'bob' }],
    ['is made a viewer', 'add-project-member', { email: 'bob@example.com', role: 'viewer' }],
    ['sees the project archived', 'archive-project', {}],
  ])('is repeated without a form once the person %s', async (_, name, body) => {
    const { request, command, projectId } = await withProject()
    const headers = { 'idempotency-key': 'one' }
    const { upload: first, ...rest } = (await request('bob', {}, headers)).body
    expect(first).toEqual(form)
    expect((await command('ann', name, { projectId, ...body })).status).toBe(200)
    expect(await request('bob', {}, headers)).toMatchObject({ status: 200, body: rest })
    expect((await request('bob', {}, headers)).body).not.toHaveProperty('upload')
  })

  it('names the version of the project that was decided on', async () => {
    const { request, store } = await withProject()
    const { body } = await request('bob')
    const { commits } = await store.read(`upload-${body['id']}`, 1, { left: () => 1000 })
    expect(commits.flatMap(({ events }) => events)).toMatchObject([{ data: { projectVersion: 3 } }])
  })

  it('into a project whose owner has deleted their account is refused, and a repeat gets no form', async () => {
    const { request, store } = await withProject()
    const headers = { 'idempotency-key': 'one' }
    expect((await request('bob', {}, headers)).body).toMatchObject({ upload: form })
    // A shared project keeps its owner's account, unless a member joins at the moment of the deletion.
    const { head } = await store.load('user-ann', { left: () => 1000 })
    const ids = { actorId: 'ann', correlationId: 'correlation', causationId: 'request' }
    await store.append(
      head,
      {
        events: [{ type: 'UserDeleted', schema: 1, data: {} }],
        commandId: 'deletion',
        digest: 'digest',
        at: '2026-01-10T12:00:00.000Z',
        ...ids,
      },
      { left: () => 1000 },
    )
    expect((await request('bob', {}, headers)).body).not.toHaveProperty('upload')
    expect(await request('bob')).toMatchObject({
      status: 422,
      body: { type: 'urn:annals:problem:project-ownerless' },
    })
  })

  it.each([
    ['carol', {}, 403, 'forbidden'],
    ['dave', {}, 404, 'not-found'],
    ['ann', { projectId: 'nothing' }, 404, 'not-found'],
    ['ann', { contentType: 'image/svg+xml' }, 400, 'invalid-input'],
    ['ann', { size: 0 }, 400, 'invalid-input'],
    ['ann', { size: 50 * 1024 * 1024 + 1 }, 400, 'invalid-input'],
    ['ann', { fileName: '' }, 400, 'invalid-input'],
  ])('of %s with %j is refused: %i', async (person, more, status, code) => {
    const { request, confirm } = await withProject()
    await confirm('dave')
    expect(await request(person, more)).toMatchObject({
      status,
      body: { type: `urn:annals:problem:${code}` },
    })
  })

  it('into an archived project is refused', async () => {
    const { request, command, projectId } = await withProject()
    await command('ann', 'archive-project', { projectId })
    expect(await request('ann')).toMatchObject({
      status: 422,
      body: { type: 'urn:annals:problem:project-archived' },
    })
  })

  it("is refused immediately if the owner's plan has too little storage, whoever asks", async () => {
    const { request, store, clock } = await withProject()
    const full = { uploadId: 'other', bytes: terms.free.bytesAllowed - 1999 }
    const head = (await store.load('subscription-ann', { left: () => 1000 })).head
    await store.append(
      head,
      {
        events: [{ type: 'QuotaReserved', schema: 1, data: full }],
        commandId: 'full',
        digest: 'digest',
        at: new Date(clock.now()).toISOString(),
        actorId: 'ann',
        correlationId: 'correlation',
        causationId: 'request',
      },
      { left: () => 1000 },
    )
    expect(await request('bob')).toMatchObject({
      status: 422,
      body: { type: 'urn:annals:problem:quota-exceeded' },
    })
    expect(await request('bob', { size: 1999 })).toMatchObject({ status: 200 })
  })
})

describe('an upload', () => {
  it.each(['ann', 'bob'])('is cancelled by %s, who requested it or owns the project', async (person) => {
    const { request, command } = await withProject()
    const { body } = await request('bob')
    const uploadId = body['id']
    expect(await command(person, 'cancel-upload', { uploadId })).toMatchObject({
      status: 200,
      body: { version: 2 },
    })
    expect(await command(person, 'cancel-upload', { uploadId })).toMatchObject({
      status: 200,
      body: { events: [] },
    })
  })

  it.each([
    ['bob', 403, 'forbidden'],
    ['carol', 403, 'forbidden'],
    ['dave', 404, 'not-found'],
  ])('is not cancelled by %s: %i', async (person, status, code) => {
    const { request, command, confirm } = await withProject()
    await confirm('dave')
    const { body } = await request('ann')
    expect(await command(person, 'cancel-upload', { uploadId: body['id'] })).toMatchObject({
      status,
      body: { type: `urn:annals:problem:${code}` },
    })
  })

  it('is not found by its requester once they are removed from the project', async () => {
    const { request, command, projectId } = await withProject()
    const { body } = await request('bob')
    await command('ann', 'remove-project-member', { projectId, userId: 'bob' })
    expect(await command('bob', 'cancel-upload', { uploadId: body['id'] })).toMatchObject({ status: 404 })
    expect(await command('ann', 'cancel-upload', { uploadId: body['id'] })).toMatchObject({ status: 200 })
  })

  it('that does not exist is not found', async () => {
    const { command } = await withProject()
    expect(await command('ann', 'cancel-upload', { uploadId: 'nothing' })).toMatchObject({ status: 404 })
  })
})
