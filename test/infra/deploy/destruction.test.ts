import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAccount } from '../../../infra/deploy/account/account.ts'
import { destroy } from '../../../infra/deploy/destruction.ts'
import { type FakeAccount, startFakeAccount } from '../../kit/aws-account/account.ts'
import { FakeError } from '../../kit/aws-account/protocol.ts'
import { command, plan, table } from '../../kit/aws-account/stage.ts'

const { dataStack, serviceStack } = plan
const queue = (name: string) => `https://sqs.eu-west-1.amazonaws.com/111122223333/${name}`
let account: FakeAccount
beforeEach(async () => {
  account = await startFakeAccount()
  account.tables.set('events', { items: 5, isProtected: true })
  account.cloudFormation.add(dataStack, {
    isProtected: true,
    resources: [
      { logicalId: 'EventStore', physicalId: 'events', type: table, policy: 'Retain' },
      { logicalId: 'Pool', physicalId: 'eu-west-1_abc', type: 'AWS::Cognito::UserPool', policy: 'Retain' },
      { logicalId: 'Mail', physicalId: queue('mail'), type: 'AWS::SQS::Queue', policy: 'Delete' },
      { logicalId: 'Failures', physicalId: queue('failures'), type: 'AWS::SQS::Queue', policy: 'Delete' },
    ],
  })
  account.pools.set('eu-west-1_abc', { users: 0 })
  account.queues.set(queue('mail'), 0)
  account.queues.set(queue('failures'), 2)
})
afterEach(() => account.close())

async function run(confirmed?: string, answer = '') {
  const told: string[] = []
  const asked: string[] = []
  const isGone = await destroy(
    plan,
    {
      account: openAccount(account.config),
      async ask(question) {
        asked.push(question)
        return answer
      },
      pause: async () => {},
      tell: (line) => told.push(line),
    },
    { command, confirmed },
  )
  return { isGone, asked, text: told.join('\n') }
}
const service = () => account.cloudFormation.find(serviceStack)

describe('npm run destroy', () => {
  it('deletes the service stack once the stage is typed, and keeps the data', async () => {
    account.cloudFormation.add(serviceStack, { isProtected: true })
    const { isGone, asked, text } = await run(undefined, 'prod\n')
    expect([isGone, asked.length]).toEqual([true, 1])
    expect(service()).toBeUndefined()
    expect(account.cloudFormation.find(dataStack)).toMatchObject({
      status: 'CREATE_COMPLETE',
      isProtected: true,
    })
    expect(account.tables.get('events')).toEqual({ items: 5, isProtected: true })
    expect(text).toContain('table events: has data, about $0.90 a month')
    expect(text).toContain('user pool eu-west-1_abc: empty, nothing while nobody uses it')
    expect(text).toContain('2 queues: nothing while nothing is sent to them. With messages: 1')
    expect(text).toContain(`    queue ${queue('failures')}`)
    expect(text).not.toContain('sqs delete-queue')
    expect(text).toContain('aws dynamodb delete-table --table-name events')
    expect(text).toContain(`aws cloudformation delete-stack --stack-name ${dataStack}`)
  })

  it.each([
    ['another stage', undefined, 'dev'],
    ['nothing', undefined, ''],
    ['another stage, by its option', 'dev', 'prod'],
  ])('changes nothing if %s is typed', async (_, confirmed, answer) => {
    account.cloudFormation.add(serviceStack, { isProtected: true })
    const { isGone, text } = await run(confirmed, answer)
    expect(isGone).toBe(false)
    expect(text).toContain('nothing was changed')
    expect(service()).toMatchObject({ status: 'CREATE_COMPLETE', isProtected: true })
  })

  it('asks nothing if --yes names the stage', async () => {
    account.cloudFormation.add(serviceStack)
    expect(await run('prod')).toMatchObject({ isGone: true, asked: [] })
  })

  it('names the account before it asks', async () => {
    account.cloudFormation.add(serviceStack)
    const { text } = await run()
    expect(text).toMatch(/^ok {7}account 111122223333 in eu-west-1/)
  })

  it('asks nothing and changes nothing if AWS does not accept the credentials', async () => {
    account.cloudFormation.add(serviceStack, { isProtected: true })
    account.failing.set(
      'GetCallerIdentity',
      new FakeError('InvalidClientTokenId', 'The token is invalid.', 403),
    )
    const { isGone, asked, text } = await run('prod')
    expect([isGone, asked]).toEqual([false, []])
    expect(text).toContain('STOP     AWS does not accept your credentials')
    expect(text).toContain('Nothing was changed.')
    expect(service()).toMatchObject({ status: 'CREATE_COMPLETE', isProtected: true })
  })

  it('leaves a stack alone that is being changed', async () => {
    account.cloudFormation.add(serviceStack, { status: 'UPDATE_IN_PROGRESS' })
    const { isGone, text } = await run('prod')
    expect(isGone).toBe(false)
    expect(text).toContain('UPDATE_IN_PROGRESS')
  })

  it('says what remains if the service stack is gone already', async () => {
    const { isGone, asked, text } = await run()
    expect([isGone, asked]).toEqual([true, []])
    expect(text).toContain(`${serviceStack} does not exist.`)
    expect(text).toContain('table events')
  })

  it('tells the reason if CloudFormation cannot delete it', async () => {
    account.tables.set('stuck', { items: 0, isProtected: true })
    account.cloudFormation.add(serviceStack, {
      resources: [{ logicalId: 'Stuck', physicalId: 'stuck', type: table, policy: 'Delete' }],
    })
    await expect(run('prod')).rejects.toThrow('Stuck: Resource cannot be deleted')
  })
})
