import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../../../infra/deploy/smoke/backend.ts'
import type { SmokePeople } from '../../../../infra/deploy/smoke/people.ts'
import { smoke } from '../../../../infra/deploy/smoke/smoke.ts'
import { demandSuccess, type FeatureSteps } from '../../../../infra/deploy/smoke/step.ts'

type Answers = Readonly<Record<string, { status: number; body?: unknown } | undefined>>

const email = 'ann@example.com'
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A backend that gives these answers, by path. It records what it was asked, and with which token. */
async function backend(answers: Answers) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(`${request.method} ${path} ${request.headers.authorization ?? ''}`.trim())
    const { status, body = {} } = answers[path] ?? { status: 404 }
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closers.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return { apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked } // a TCP server that listens
}

/** A user pool in memory, whose person disappears after so many questions. */
function pool(over: Partial<SmokePeople> = {}, goneAfter = 2) {
  let questions = 0
  const removed: string[] = []
  const people: SmokePeople = {
    email,
    join: async () => ({ email, accessToken: 'token' }),
    exists: async () => {
      questions += 1
      return questions < goneAfter
    },
    remove: async () => void removed.push(email),
    ...over,
  }
  return { people, removed, questions: () => questions }
}

const works: Answers = {
  '/health': { status: 200 },
  '/me': { status: 200, body: { email } },
  '/commands/sail': { status: 200, body: { id: '1' } },
  '/commands/delete-account': { status: 200 },
}
const sails: FeatureSteps = () => [
  {
    name: 'a ship sails',
    look: 'the harbour',
    run: async ({ command }) => demandSuccess(await command('sail', {})),
  },
]

async function run(answers: Answers, people: SmokePeople, features: readonly FeatureSteps[] = [sails]) {
  const { apiUrl, asked } = await backend(answers)
  const told: string[] = []
  let now = 0
  const failure = await smoke({
    apiUrl,
    people,
    features,
    elapsed: () => now,
    pause: async (ms) => {
      now += ms
    },
    tell: (line) => told.push(line),
  })
  return { failure, told, asked }
}

describe('a smoke test', () => {
  it('tells each step, acts as the person who joined, and waits for the end of the sign-in', async () => {
    const { people, removed } = pool()
    const { failure, told, asked } = await run(works, people)
    expect(failure).toBeUndefined()
    expect(told.map((line) => line.replace(/^ok +\d+ ms {2}/, ''))).toEqual([
      'the API answers',
      'a person joins and signs in',
      'the person is registered at the first use',
      'a ship sails',
      'the account is deleted',
      'the sign-in is gone, too',
    ])
    expect(asked).toEqual([
      'GET /health',
      'GET /me Bearer token',
      'POST /commands/sail Bearer token',
      'POST /commands/delete-account Bearer token',
    ])
    expect(removed).toEqual([email])
  })

  it('stops at the first failure, says where to look, and deletes the account nevertheless', async () => {
    const { people, removed } = pool()
    const { failure, told, asked } = await run(
      { ...works, '/commands/sail': { status: 503, body: { code: 'unavailable' } } },
      people,
    )
    expect(failure).toEqual({
      step: 'a ship sails',
      reason: 'answers 503: {"code":"unavailable"}',
      look: 'the harbour',
    })
    expect(told.at(-1)).toMatch(/^FAILED +\d+ ms {2}a ship sails: answers 503/)
    expect(asked.at(-1)).toBe('POST /commands/delete-account Bearer token')
    expect(removed).toEqual([email])
  })

  it('fails if another person is registered', async () => {
    const { failure } = await run(
      { ...works, '/me': { status: 200, body: { email: 'bob@example.com' } } },
      pool().people,
    )
    expect(failure?.reason).toBe('the address is "bob@example.com", not ann@example.com')
  })

  it('has no account to delete if nobody was registered', async () => {
    const { people, removed } = pool({ join: () => Promise.reject(new Error('no right')) })
    const { failure, asked } = await run(works, people)
    expect(failure).toMatchObject({ reason: 'no right', look: expect.stringContaining('your rights') })
    expect(asked).toEqual(['GET /health'])
    expect(removed).toEqual([email])
  })

  it('loses its patience if the sign-in does not end', async () => {
    const { people, questions } = pool({}, Number.POSITIVE_INFINITY)
    const { failure } = await run(works, people)
    expect(failure).toMatchObject({
      step: 'the sign-in is gone, too',
      reason: 'the user pool still has the person',
    })
    expect(questions()).toBe(121)
  })

  it('tells what it could not remove, and keeps the first failure', async () => {
    const { people } = pool({ remove: () => Promise.reject(new Error('no right to delete')) })
    const { failure, told } = await run(
      { ...works, '/commands/sail': { status: 500 }, '/commands/delete-account': { status: 500 } },
      people,
    )
    expect(failure?.step).toBe('a ship sails')
    expect(told.slice(-2)).toEqual([
      `The account of ${email} could not be deleted: answers 500: {}`,
      `${email} could not be removed from the user pool: no right to delete`,
    ])
  })
})

describe('the configuration of a backend', () => {
  const config = { region: 'eu-west-1', userPoolId: 'p', userPoolClientId: 'c' }

  it('is read from it', async () => {
    const { apiUrl } = await backend({ '/config.json': { status: 200, body: config } })
    expect(await readConfig(apiUrl)).toEqual(config)
  })

  it.each([
    { status: 500, body: { error: 'broken' } },
    { status: 200, body: '<html>' },
  ])('is missing in %j', async (answer) => {
    const { apiUrl } = await backend({ '/config.json': answer })
    await expect(readConfig(apiUrl)).rejects.toThrow(`answers ${answer.status} and no configuration`)
  })

  it('is missing if nothing answers', async () => {
    const { apiUrl } = await backend({})
    for (const close of closers.splice(0)) close()
    await expect(readConfig(apiUrl)).rejects.toThrow(/^nothing answers at http/)
  })
})
