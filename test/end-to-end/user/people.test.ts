import { SignUpCommand } from '@aws-sdk/client-cognito-identity-provider'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type RunningCloud, runLocalCloud, type Template } from '../../kit/local-cloud/local-cloud.ts'
import { type Answer, cognitoClient, type Person, password, signUp } from '../../kit/people/person.ts'

let running: RunningCloud

afterEach(() => running.close())

async function people(count: number, change?: (template: Template) => void): Promise<Person[]> {
  running = await runLocalCloud({}, change)
  return Promise.all(Array.from({ length: count }, () => signUp(running.config)))
}

const readAfter = ({ body }: Answer) => ({ 'read-after': String(body['position']) })

describe('a person', () => {
  it('is registered by confirming the address, with the part before the @ as name', async () => {
    const [ann] = await people(1)
    await vi.waitFor(
      () => expect(running.lines.filter((line) => /^Registration.*"registered"/.test(line))).toHaveLength(1),
      { timeout: 10_000, interval: 20 },
    )
    const me = await ann?.query('/me')
    expect(me).toMatchObject({
      status: 200,
      body: { id: ann?.userId, version: 1, email: ann?.email, name: ann?.email.split('@')[0] },
    })
  })

  it('cannot sign up with an address that can never be registered', async () => {
    await people(0)
    const ClientId = running.config.userPoolClientId
    const input = { ClientId, Username: `a\u202eb@example.com`, Password: password }
    await expect(cognitoClient(running.config).send(new SignUpCommand(input))).rejects.toMatchObject({
      name: 'UserLambdaValidationException',
      message: 'PreSignUp failed with error This email address is not supported. Use another one..',
    })
  })

  it.each(['query', 'command'])('whose trigger did not run is registered by the first %s', async (use) => {
    const [ann] = await people(1, ({ Resources }) => {
      for (const { Type, Properties } of Object.values(Resources)) {
        if (Type === 'AWS::Cognito::UserPool') delete Properties['LambdaConfig']
      }
    })
    if (use === 'command') {
      const changed = await ann?.command('change-profile', { name: 'Ann' })
      expect(changed).toMatchObject({ status: 200, body: { version: 2 } })
    }
    expect(await ann?.query('/me')).toMatchObject({ status: 200, body: { email: ann?.email } })
  })

  it('is signed out by deleting their account, and may sign up again with the same address', async () => {
    const [ann] = await people(1)
    const deleted = await ann?.command('delete-account', {})
    expect(deleted).toMatchObject({ status: 200, body: { version: 2 } })
    const refused = { status: 403, body: { type: 'urn:annals:problem:account-deleted' } }
    expect(await ann?.command('change-profile', { name: 'Ann' })).toMatchObject(refused)
    expect(await ann?.query('/me', deleted && readAfter(deleted))).toMatchObject(refused)
  })
})
