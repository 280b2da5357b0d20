import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type RunningCloud, runLocalCloud } from '../../kit/local-cloud/local-cloud.ts'
import { mailsTo, type Person, signUp } from '../../kit/people/person.ts'

let running: RunningCloud
let ann: Person
const soon = { timeout: 10_000, interval: 20 }

beforeEach(async () => {
  running = await runLocalCloud({ retryDelaysMs: [10] })
  ann = await signUp(running.config)
})

afterEach(() => running.close())

it('one Idempotency-Key in several requests at once creates one project, whichever environment answers', async () => {
  await ann.command('create-project', { title: 'Atlas' })
  running.cloud.faults.next('delay', { at: /^PutItem .*Command/, times: 3, delayMs: 150 })
  const headers = { 'idempotency-key': randomUUID() }
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => ann.command('create-project', { title: 'Borealis' }, headers)),
  )
  expect(new Set(answers.map(({ status, body }) => JSON.stringify({ status, body }))).size).toBe(1)
  expect(answers[0]?.status).toBe(200)
  const mine = await ann.query('/me/projects', { 'read-after': String(answers[0]?.body['position']) })
  expect(mine.body['items']).toMatchObject([{ title: 'Borealis' }, { title: 'Atlas' }])
})

it('a person gets one mail about each project, after the welcome', async () => {
  const subjects = async () =>
    (await mailsTo(running.config, ann.email)).map(({ subject }) => subject).toReversed()
  await vi.waitFor(async () => expect(await subjects()).toHaveLength(2), soon)
  await ann.command('create-project', { title: 'Atlas' })
  await vi.waitFor(async () => expect(await subjects()).toHaveLength(3), soon)
  expect(await subjects()).toEqual([
    expect.stringMatching(/verify/i),
    expect.stringMatching(/welcome/i),
    expect.stringContaining('Atlas'),
  ])
})
