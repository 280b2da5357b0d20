import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningCloud, runLocalCloud } from '../../kit/local-cloud/local-cloud.ts'
import { browserSignIn } from '../../kit/people/browser-sign-in.ts'
import { call, mailsTo, password } from '../../kit/people/person.ts'

let running: RunningCloud

beforeAll(async () => {
  running = await runLocalCloud()
})

afterAll(() => running.close())

describe("a browser's sign-in", () => {
  it('works by SRP, from the sign-up to a refreshed token that the API accepts', async () => {
    const email = 'ann@example.com'
    const ann = browserSignIn(running.config, email)
    await ann.signUp(password)
    const code = /\d{6}/.exec((await mailsTo(running.config, email))[0]?.text ?? '')?.[0] ?? ''
    await ann.confirm(code)
    const session = await ann.signIn(password)
    const refreshed = await ann.refresh(session)
    for (const tokens of [session, refreshed]) {
      const headers = { authorization: `Bearer ${tokens.getAccessToken().getJwtToken()}` }
      expect((await call(running.config, '/me', { headers })).body).toMatchObject({ email })
    }
  })

  it('is refused with a wrong password', async () => {
    const email = 'bob@example.com'
    const bob = browserSignIn(running.config, email)
    await bob.signUp(password)
    await bob.confirm(/\d{6}/.exec((await mailsTo(running.config, email))[0]?.text ?? '')?.[0] ?? '')
    await expect(bob.signIn('Another-123')).rejects.toMatchObject({ code: 'NotAuthorizedException' })
  })
})
