import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningCloud, runLocalCloud } from '../kit/local-cloud/local-cloud.ts'
import { type Person, signUp } from '../kit/people/person.ts'

let running: RunningCloud
let ann: Person

beforeEach(async () => {
  running = await runLocalCloud({}, ({ Resources }) => {
    for (const [id, { Type, Properties }] of Object.entries(Resources)) {
      if (Type === 'AWS::Lambda::Function' && /^(Command|Query)/.test(id)) Properties['Timeout'] = 3
    }
  })
  ann = await signUp(running.config)
})

afterEach(() => running.close())

const tooLong = {
  status: 503,
  body: { type: 'urn:annals:problem:unavailable', correlationId: expect.any(String) },
}

describe('a database that is slower than the time left to the function', () => {
  it('answers 503 to a command before the function is cut off, and the command is executed once', async () => {
    const headers = { 'idempotency-key': randomUUID() }
    const rename = () => ann.command('change-profile', { name: 'Anna' }, headers)
    running.cloud.faults.next('delay', { at: /^PutItem Command/, times: 2, delayMs: 4000 })
    const answer = await rename()
    expect(answer).toMatchObject(tooLong)
    expect(answer.headers.get('retry-after')).toBe('1')
    running.cloud.faults.calm()

    const again = await rename()
    expect(again).toMatchObject({ status: 200, body: { version: 2 } })
    const me = await ann.query('/me', { 'read-after': String(again.body['position']) })
    expect(me.body).toMatchObject({ name: 'Anna', version: 2 })
  })

  it('answers 503 to a query', async () => {
    expect((await ann.query('/me')).status).toBe(200)
    running.cloud.faults.next('delay', { at: /^GetItem Query/, times: 5, delayMs: 4000 })
    const answer = await ann.query('/me')
    expect(answer).toMatchObject(tooLong)
    expect(answer.headers.get('retry-after')).toBe('1')
  })
})
