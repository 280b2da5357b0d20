import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Chances } from '../../infra/local/index.ts'
import { insist } from '../kit/faults/insist.ts'
import { type RunningCloud, runLocalCloud } from '../kit/local-cloud/local-cloud.ts'
import { type Answer, type Person, signUp } from '../kit/people/person.ts'

vi.setConfig({ testTimeout: 120_000 })

let running: RunningCloud
let ann: Person

beforeEach(async () => {
  running = await runLocalCloud({ retryDelaysMs: [50] })
  ann = await signUp(running.config)
  await ann.query('/me')
})

afterEach(() => running.close())

const writers = 16
const each = 50

/** Every writer gives the person its own names, one after another. */
async function write(rename: (name: string) => Promise<Answer>): Promise<Answer[]> {
  const all = Array.from({ length: writers }, async (_, writer) => {
    const answers: Answer[] = []
    for (let n = 0; n < each; n++) answers.push(await rename(`Name ${writer} ${n}`))
    return answers
  })
  return (await Promise.all(all)).flat()
}

/** Each answer has its own event, and there are no other events. */
async function expectOnce(answers: readonly Answer[]): Promise<void> {
  const versions = answers.map(({ body }) => Number(body['version'])).sort((a, b) => a - b)
  expect(versions).toEqual(Array.from({ length: writers * each }, (_, n) => n + 2))
  const last = answers.find(({ body }) => body['version'] === writers * each + 1)
  const position = String(last?.body['position'])
  const { status, body } = await ann.query('/me', { 'read-after': position })
  expect({ status, version: body['version'] }).toEqual({ status: 200, version: writers * each + 1 })
}

describe('one Idempotency-Key in several requests at once', () => {
  it('with two bodies accepts one of them, and refuses the other', async () => {
    running.cloud.faults.next('delay', { at: /^PutItem .*Command/, times: 3, delayMs: 150 })
    const headers = { 'idempotency-key': randomUUID() }
    const answers = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        const name = n % 2 === 0 ? 'Anna' : 'Annie'
        return { name, ...(await ann.command('change-profile', { name }, headers)) }
      }),
    )
    const taken = answers.filter(({ status }) => status === 200)
    expect(new Set(taken.map(({ name }) => name)).size).toBe(1)
    expect(taken).toHaveLength(6)
    expect(new Set(taken.map(({ body }) => body['version']))).toEqual(new Set([2]))
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(6)
  })
})

describe('sixteen writers of one stream, fifty commands each', () => {
  it('are all accepted, and each is one event', async () => {
    const answers = await write((name) => ann.command('change-profile', { name }))
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    await expectOnce(answers)
  })

  const chances: Chances = {
    throttle: 0.02,
    fail: 0.02,
    'fail-after': 0.02,
    'lose-answer': 0.02,
    conflict: 0.02,
    delay: 0.02,
    duplicate: 0.1,
    reorder: 0.1,
    rewind: 0.1,
  }
  it.each([
    ['answers are lost, writes throttled and requests fail', chances],
    ['functions are killed while they work, too', { ...chances, kill: 0.01 }],
  ])('are all accepted, and each is one event, while %s', async (_, chances) => {
    const seed = randomUUID()
    console.log(`shaken by seed ${seed}`)
    running.cloud.faults.shake({ chances, seed })
    const rename =
      chances.kill === undefined
        ? (body: object) => ann.command('change-profile', body)
        : (body: object) => insist(ann, 'change-profile', body)
    const answers = await write((name) => rename({ name }))
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    await expectOnce(answers)
    console.log(JSON.stringify(running.cloud.faults.fired()))
  })
})
