import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type RunningCloud, runLocalCloud } from '../../kit/local-cloud/local-cloud.ts'
import { call, type Person, signUp } from '../../kit/people/person.ts'

const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'))

let running: RunningCloud
let ann: Person
let bob: Person

beforeAll(async () => {
  running = await runLocalCloud()
  ann = await signUp(running.config)
  bob = await signUp(running.config)
})

afterAll(() => running.close())

/** A new project of Ann's, with the position to read it after. */
async function newProject(title = 'Atlas'): Promise<{ id: string; after: { 'read-after': string } }> {
  const { status, body } = await ann.command('create-project', { title })
  expect(status).toBe(200)
  return { id: String(body['id']), after: { 'read-after': String(body['position']) } }
}

describe('a project', () => {
  it('is created, renamed and read, by a query with the position of the command', async () => {
    const created = await ann.command('create-project', { title: 'Atlas', description: 'Maps' })
    expect(created).toMatchObject({
      status: 200,
      body: { version: 1, events: [{ type: 'ProjectCreated', version: 1 }] },
    })
    expect(created.headers.get('etag')).toBe('"1"')
    const id = String(created.body['id'])
    expect(created.body['stream']).toBe(`project-${id}`)

    const renamed = await ann.command('rename-project', { projectId: id, title: 'Globe' })
    expect(renamed.body).toMatchObject({ id, version: 2, events: [{ type: 'ProjectRenamed', version: 2 }] })

    const read = await ann.query(`/projects/${id}`, { 'read-after': String(renamed.body['position']) })
    const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(read).toMatchObject({ status: 200 })
    expect(read.body).toEqual({
      id,
      version: 2,
      title: 'Globe',
      description: 'Maps',
      role: 'owner',
      ownerId: ann.userId,
      archived: false,
      createdAt: timestamp,
      updatedAt: timestamp,
    })
  })

  it('becomes visible without help, through the stream', async () => {
    const { body } = await ann.command('create-project', { title: 'Streamed' })
    await vi.waitFor(
      async () =>
        expect(await ann.query(`/projects/${body['id']}`)).toMatchObject({
          status: 200,
          body: { title: 'Streamed' },
        }),
      { timeout: 5_000, interval: 10 },
    )
  })

  it('is archived, accepts no change until it is restored, and repeats nothing', async () => {
    const { id: projectId } = await newProject()
    expect((await ann.command('archive-project', { projectId })).body).toMatchObject({ version: 2 })
    expect((await ann.command('archive-project', { projectId })).body).toMatchObject({
      version: 2,
      events: [],
    })
    expect(await ann.command('describe-project', { projectId, description: 'x' })).toMatchObject({
      status: 422,
      body: { type: 'urn:annals:problem:project-archived' },
    })
    expect((await ann.command('restore-project', { projectId })).body).toMatchObject({ version: 3 })
    expect((await ann.command('describe-project', { projectId, description: 'x' })).status).toBe(200)
  })

  it('is hidden from strangers', async () => {
    const { id: projectId, after } = await newProject()
    expect((await bob.query(`/projects/${projectId}`, after)).status).toBe(404)
    expect(await bob.command('rename-project', { projectId, title: 'Mine' })).toMatchObject({
      status: 404,
      body: { type: 'urn:annals:problem:not-found' },
    })
    expect((await ann.query(`/projects/${projectId}`, after)).body).toMatchObject({ version: 1 })
  })
})

describe('the activity of a project', () => {
  it('appears without help, through the stream', async () => {
    const { id: projectId } = await newProject()
    await ann.command('rename-project', { projectId, title: 'Globe' })
    const summaries = async () => {
      const { body } = await ann.query(`/projects/${projectId}/activity`)
      return [body['items']].flat().map((item) => Object(item).summary)
    }
    await vi.waitFor(
      async () => expect(await summaries()).toEqual(['Renamed to "Globe"', 'Created "Atlas"']),
      {
        timeout: 5_000,
        interval: 10,
      },
    )
    expect((await bob.query(`/projects/${projectId}/activity`)).status).toBe(404)
  })
})

describe('the analytics of each day', () => {
  it('count a recent event', async () => {
    const projectsOf = async (after: Record<string, string> = {}) => {
      const { status, body } = await ann.query('/analytics/daily', after)
      expect(status).toBe(200)
      return [body['items']].flat().reduce<number>((sum, day) => sum + Object(day).projects, 0)
    }
    const before = await projectsOf()
    const { after } = await newProject()
    expect(await projectsOf(after)).toBeGreaterThan(before)
  })
})

describe("a person's projects", () => {
  it('are listed newest first, page by page', async () => {
    const carol = await signUp(running.config)
    const positions: string[] = []
    for (const title of ['one', 'two', 'three']) {
      positions.push(String((await carol.command('create-project', { title })).body['position']))
    }
    const after = { 'read-after': positions.join(', ') }
    const first = await carol.query('/me/projects?limit=2', after)
    expect(first.body).toMatchObject({
      items: [{ title: 'three' }, { title: 'two' }],
      cursor: expect.any(String),
    })
    const second = await carol.query(`/me/projects?limit=2&cursor=${first.body['cursor']}`)
    expect(second.body).toEqual({ items: [expect.objectContaining({ title: 'one' })] })
  })
})

describe('a command', () => {
  it('under a used key gets the same answer, and changes nothing again', async () => {
    const key = { 'idempotency-key': randomUUID() }
    const first = await ann.command('create-project', { title: 'Once' }, key)
    const again = await ann.command('create-project', { title: 'Once' }, key)
    expect(again.body).toEqual(first.body)
  })

  it('under a used key with another body is refused', async () => {
    const key = { 'idempotency-key': randomUUID() }
    await ann.command('create-project', { title: 'Once' }, key)
    expect(await ann.command('create-project', { title: 'Twice' }, key)).toMatchObject({
      status: 409,
      body: { type: 'urn:annals:problem:key-reused' },
    })
  })

  it('that names an outdated version is refused', async () => {
    const { id: projectId } = await newProject()
    const rename = (title: string, version: string) =>
      ann.command('rename-project', { projectId, title }, { 'if-match': version })
    expect(await rename('Globe', '"1"')).toMatchObject({ status: 200, body: { version: 2 } })
    expect(await rename('Map', '"1"')).toMatchObject({
      status: 412,
      body: { type: 'urn:annals:problem:version-mismatch' },
    })
  })

  it('keeps the correlation id of its request', async () => {
    const id = randomUUID()
    const { headers } = await ann.command('create-project', { title: 'x' }, { 'x-correlation-id': id })
    expect(headers.get('x-correlation-id')).toBe(id)
    expect(running.lines.filter((line) => line.includes(id)).length).toBeGreaterThan(0)
  })
})

describe('a query', () => {
  it('answers 304 to a client that already has the response, until it changes', async () => {
    const { id: projectId, after } = await newProject()
    const etag = String((await ann.query(`/projects/${projectId}`, after)).headers.get('etag'))
    const cached = { 'if-none-match': etag }
    expect((await ann.query(`/projects/${projectId}`, cached)).status).toBe(304)
    const { body } = await ann.command('rename-project', { projectId, title: 'Globe' })
    const changed = { ...cached, 'read-after': String(body['position']) }
    expect((await ann.query(`/projects/${projectId}`, changed)).status).toBe(200)
  })

  it('after a position from the future says when to retry', async () => {
    const { id } = await newProject()
    const future = Buffer.from(`project-${id}@9`).toString('base64url')
    const answer = await ann.query(`/projects/${id}`, { 'read-after': future })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  })
})

describe('an invalid request is refused, and nothing is written:', () => {
  const json = { 'content-type': 'application/json' }
  const create = '/commands/create-project'

  it.each([
    ['malformed JSON', 'create-project', '{"title":', 400, [{ path: '' }]],
    ['an unknown field', 'create-project', { title: 'x', colour: 'red' }, 400, [{ path: '/colour' }]],
    ['a wrong type', 'create-project', { title: 7 }, 400, [{ path: '/title' }]],
    ['a missing field', 'rename-project', { projectId: 'p' }, 400, [{ path: '/title' }]],
    ['an empty title', 'create-project', { title: '  ' }, 400, [{ path: '/title' }]],
    ['an unknown command', 'paint-project', {}, 404, undefined],
    ['an unknown project', 'rename-project', { projectId: 'p', title: 'x' }, 404, undefined],
    ['a body over 256 KB', 'create-project', { title: 'x'.repeat(270_000) }, 413, undefined],
  ])('%s', async (_, name, body, status, errors) => {
    const answer = await ann.command(name, body)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.body).toMatchObject({
      type: expect.stringMatching(/^urn:annals:problem:/),
      status,
      correlationId: answer.headers.get('x-correlation-id'),
      ...(errors === undefined ? {} : { errors: errors.map((error) => expect.objectContaining(error)) }),
    })
  })

  it.each([
    ['a GET of a command', 'GET', create, json, undefined, 405],
    ['a POST of a query', 'POST', '/me/projects', json, '{}', 405],
    ['another content type', 'POST', create, { 'content-type': 'text/plain' }, '{}', 415],
    ['a garbled If-Match', 'POST', '/commands/archive-project', { ...json, 'if-match': '1' }, '{}', 400],
    ['If-Match on a creation', 'POST', create, { ...json, 'if-match': '"1"' }, '{"title":"x"}', 400],
    ['a key with a space', 'POST', create, { ...json, 'idempotency-key': 'a b' }, '{"title":"x"}', 400],
    ['a garbled Read-After', 'GET', '/me/projects', { 'read-after': 'x' }, undefined, 400],
    ['a limit of 0', 'GET', '/me/projects?limit=0', {}, undefined, 400],
    ['a garbled cursor', 'GET', '/me/projects?cursor=x', {}, undefined, 400],
    ['an unknown path', 'GET', '/nowhere', {}, undefined, 404],
    ['an unknown query parameter', 'GET', '/me/projects?sort=desc', {}, undefined, 400],
    ['a query parameter of a command', 'POST', `${create}?title=x`, json, '{"title":"x"}', 400],
    ['an id of 2,100 characters', 'GET', `/projects/${'x'.repeat(2100)}`, {}, undefined, 404],
    ['a position without an id', 'GET', '/me/projects', { 'read-after': btoa('project-@1') }, undefined, 400],
    [
      'a position of a stranger',
      'GET',
      '/me/projects',
      { 'read-after': btoa('project-x@99') },
      undefined,
      200,
    ],
    ['half a surrogate pair', 'POST', '/commands/archive-project', json, '{"projectId":"\\ud83d"}', 400],
    ['another charset', 'POST', create, { 'content-type': 'application/json; charset=latin1' }, '{}', 415],
    ['a content encoding', 'POST', create, { ...json, 'content-encoding': 'gzip' }, '{}', 415],
    ['bytes that are not UTF-8', 'POST', create, json, latin1('{"title":"caf\u00e9"}'), 400],
    ['a byte order mark', 'POST', create, json, '\ufeff{"title":"x"}', 200],
  ])('%s', async (_, method, path, headers, body, status) => {
    const authorization = `Bearer ${ann.accessToken}`
    const init = { method, headers: { authorization, ...headers }, ...(body === undefined ? {} : { body }) }
    expect((await call(running.config, path, init)).status).toBe(status)
  })

  it.each([
    ['no token', () => undefined],
    ['a garbled token', () => 'Bearer x.y.z'],
    ['an ID token', () => `Bearer ${ann.idToken}`],
    ['a token with another signature', () => `Bearer ${ann.accessToken.slice(0, -4)}AAAA`],
  ])('%s is 401', async (_, authorizationOf) => {
    const authorization = authorizationOf()
    const headers = authorization === undefined ? json : { ...json, authorization }
    const init = { method: 'POST', headers, body: '{"title":"x"}' }
    expect((await call(running.config, create, init)).status).toBe(401)
  })

  it('none of these has left an event or a row', async () => {
    const dave = await signUp(running.config)
    await dave.command('create-project', { title: 7 })
    await dave.command('create-project', '{')
    expect((await dave.query('/me/projects')).body).toEqual({ items: [] })
  })
})

describe('a condition', () => {
  it('that is met is answered with the content type of the answer, which a cache keeps', async () => {
    const created = await ann.command('create-project', { title: 'Kept' })
    const path = `/projects/${created.body['id']}`
    const first = await ann.query(path, { 'read-after': String(created.body['position']) })
    const same = await ann.query(path, { 'if-none-match': String(first.headers.get('etag')) })
    expect({ status: same.status, type: same.headers.get('content-type') }).toEqual({
      status: 304,
      type: 'application/json',
    })
  })
})

describe('a visitor', () => {
  it('can read whether it is up, where to sign in, and the documentation', async () => {
    expect((await call(running.config, '/health')).body).toEqual({ status: 'ok' })
    expect((await call(running.config, '/config.json')).body).toEqual({
      region: 'eu-west-1',
      userPoolId: expect.stringMatching(/^eu-west-1_/),
      userPoolClientId: expect.any(String),
      apiUrl: running.cloud.apiUrl,
      awsEndpoint: running.cloud.awsUrl,
    })
    expect((await call(running.config, '/openapi.json')).body).toMatchObject({ openapi: '3.1.0' })
    const docs = await fetch(`${running.config.apiUrl}/docs`)
    expect(await docs.text()).toContain('/commands/create-project')
  })
})
