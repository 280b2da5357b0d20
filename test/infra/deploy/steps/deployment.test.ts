import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAccount } from '../../../../infra/deploy/account/account.ts'
import { stop } from '../../../../infra/deploy/checks/finding.ts'
import type { DeployPlan } from '../../../../infra/deploy/plan.ts'
import { type DeploymentOptions, deploy } from '../../../../infra/deploy/steps/deployment.ts'
import type { Running } from '../../../../infra/deploy/steps/running.ts'
import { type FakeAccount, startFakeAccount } from '../../../kit/aws-account/account.ts'
import { FakeError } from '../../../kit/aws-account/protocol.ts'
import { command, fakeStage, plan, table } from '../../../kit/aws-account/stage.ts'

const { dataStack, serviceStack } = plan
let account: FakeAccount
let stage: ReturnType<typeof fakeStage>
beforeEach(async () => {
  account = await startFakeAccount()
  stage = fakeStage(account)
})
afterEach(() => account.close())

/** Runs `npm run deploy` once. */
async function run(
  options: Partial<DeploymentOptions> = {},
  running: Partial<Running> = {},
  over: Partial<DeployPlan> = {},
) {
  stage.log.length = 0
  const told: string[] = []
  const opened: Readonly<Record<string, string>>[] = []
  const succeeded = await deploy(
    { ...plan, ...over },
    {
      account: openAccount(account.config),
      tools: stage.tools,
      async open(outputs) {
        opened.push(outputs)
        return { ...stage.running, ...running }
      },
      pause: async () => {},
      tell: (line) => told.push(line),
    },
    { command, leftovers: 'ask', replay: true, smoke: true, ...options },
  )
  return { succeeded, text: told.join('\n'), opened, log: [...stage.log] }
}
const statusOf = (name: string) => account.cloudFormation.find(name)?.status
const isProtected = (name: string) => account.cloudFormation.find(name)?.isProtected

describe('a first deployment', () => {
  it('creates the data stack, protects it after its success, and then creates the service stack', async () => {
    const { succeeded, log, opened, text } = await run()
    expect(succeeded).toBe(true)
    expect(log).toEqual([
      'prepare',
      'synthesise without protection',
      `deploy ${dataStack}`,
      'synthesise',
      `deploy ${dataStack}`,
      `deploy ${serviceStack}`,
      'list generations',
      'resubmit parked streams',
      'smoke test',
    ])
    expect(isProtected(dataStack)).toBe(true)
    expect(account.tables.get(`${dataStack}-EventStore-1`)?.isProtected).toBe(true)
    expect(opened.at(-1)).toMatchObject({ EventStoreTable: `${dataStack}-EventStore-1`, CommandApi: 'f' })
    expect(text).toContain('The stage prod is deployed and works.')
    expect(text).toContain('CommandApi = f')
    expect(text).not.toContain('PublishOutput')
  })

  it('changes nothing if a check stops it', async () => {
    account.bootstrapVersion = undefined
    const { succeeded, log, text } = await run()
    expect([succeeded, log]).toEqual([false, []])
    expect(text).toContain('cdk bootstrap aws://111122223333/eu-west-1')
    expect(text).toContain('Nothing was changed.')
    expect(account.calls.filter((call) => /^(Delete|Update|Create)/.test(call))).toEqual([])
  })

  it('lets SES verify a sender that it does not know', async () => {
    account.identities.clear()
    const { succeeded, text } = await run({}, {}, { codesBySes: false })
    expect(succeeded).toBe(true)
    expect(account.identities.get('annals.dev')).toMatchObject({ isVerified: false })
    expect(text).toContain('token-1._domainkey.annals.dev  CNAME  token-1.dkim.amazonses.com')
    await run({}, {}, { codesBySes: false })
    expect(account.calls.filter((call) => call === 'CreateEmailIdentity')).toHaveLength(1)
  })

  it('continues if SES refuses to create the sender', async () => {
    account.identities.clear()
    account.failing.set('CreateEmailIdentity', new FakeError('AccessDeniedException', 'not authorized', 403))
    const { succeeded, text } = await run({}, {}, { codesBySes: false })
    expect(succeeded).toBe(true)
    expect(text).toContain('could not be created in SES: AccessDeniedException: not authorized')
  })

  it('ends after the checks if only they are wanted', async () => {
    expect(await run({ checkOnly: true })).toMatchObject({ succeeded: true, log: [] })
  })
})

describe('the next deployment', () => {
  it('updates both stacks once, with their protection', async () => {
    await run()
    const { succeeded, log } = await run()
    expect(succeeded).toBe(true)
    expect(log.slice(0, 4)).toEqual([
      'prepare',
      'synthesise',
      `deploy ${dataStack}`,
      `deploy ${serviceStack}`,
    ])
  })

  it('does not begin while a read model is being built', async () => {
    await run()
    const { succeeded, log, text } = await run(
      {},
      { checkGenerations: async () => [stop('it is being built')] },
    )
    expect([succeeded, log]).toEqual([false, []])
    expect(text).toContain('STOP     it is being built')
  })

  it('creates a service stack again that was destroyed, and leaves the data alone', async () => {
    await run()
    const service = account.cloudFormation.find(serviceStack)
    if (service) service.status = 'DELETE_COMPLETE'
    const { succeeded, log } = await run()
    expect(succeeded).toBe(true)
    expect(log.slice(1, 4)).toEqual(['synthesise', `deploy ${dataStack}`, `deploy ${serviceStack}`])
    expect([...account.tables.keys()]).toEqual([`${dataStack}-EventStore-1`])
  })
})

describe('a failure in the first create of the data stack', () => {
  const failure = { logicalId: 'UserPool', reason: 'Limit exceeded' }

  it('is told with its reason, and the same command recovers', async () => {
    stage.failures.set(dataStack, failure)
    const first = await run()
    expect(first.succeeded).toBe(false)
    expect(first.text).toContain(
      `${dataStack} was not deployed (ROLLBACK_COMPLETE).\n  UserPool: Limit exceeded`,
    )
    expect(first.text).toContain(command)
    expect(first.log).not.toContain(`deploy ${serviceStack}`)
    // Nothing is left of it: the create had no protection.
    expect(account.tables.size).toBe(0)

    stage.failures.clear()
    const second = await run()
    expect(second.succeeded).toBe(true)
    expect(second.text).toContain(`The first deployment of ${dataStack} failed (ROLLBACK_COMPLETE).`)
    expect([statusOf(dataStack), statusOf(serviceStack)]).toEqual(['UPDATE_COMPLETE', 'CREATE_COMPLETE'])
  })

  it('recovers a stack of an older deployment, which protected before its success', async () => {
    account.tables.set('old-1', { items: 0, isProtected: true })
    const old = account.cloudFormation.add(dataStack, {
      isProtected: true,
      resources: [{ logicalId: 'EventStore', physicalId: 'old-1', type: table, policy: 'Delete' }],
    })
    account.cloudFormation.rollBackCreate(old, failure)
    expect(old.status).toBe('ROLLBACK_FAILED')
    const { succeeded, text } = await run()
    expect(succeeded).toBe(true)
    expect(text).toContain(`Lifting the termination protection of ${dataStack}`)
    expect(text).toContain('Lifting the deletion protection of the empty table old-1')
    expect(old.status).toBe('DELETE_COMPLETE')
    expect(account.tables.has('old-1')).toBe(false)
  })

  it('names tables that the failed create left behind', async () => {
    account.tables.set('old-1', { items: 0, isProtected: true })
    const old = account.cloudFormation.add(dataStack, {
      isProtected: true,
      resources: [{ logicalId: 'EventStore', physicalId: 'old-1', type: table, policy: 'Retain' }],
    })
    account.cloudFormation.rollBackCreate(old, failure)
    expect(old.status).toBe('ROLLBACK_COMPLETE')
    const { succeeded, text } = await run()
    expect(succeeded).toBe(true)
    expect(text).toContain('Left behind: table old-1. To remove it:')
    expect(text).toContain('aws dynamodb delete-table --table-name old-1')
    expect(account.tables.get('old-1')).toEqual({ items: 0, isProtected: true })
  })

  it('deletes nothing if a table of the failed stack has data', async () => {
    account.tables.set('old-1', { items: 5, isProtected: true })
    const old = account.cloudFormation.add(dataStack, {
      resources: [{ logicalId: 'EventStore', physicalId: 'old-1', type: table, policy: 'Delete' }],
    })
    account.cloudFormation.rollBackCreate(old, failure)
    await expect(run()).rejects.toThrow('table old-1 of the failed stack annals-prod-data contains data')
    expect([old.status, account.tables.get('old-1')]).toEqual([
      'ROLLBACK_FAILED',
      { items: 5, isProtected: true },
    ])
  })

  it('continues after a change set that was never executed', async () => {
    account.cloudFormation.add(dataStack, { status: 'REVIEW_IN_PROGRESS' })
    const { succeeded, text } = await run()
    expect(succeeded).toBe(true)
    expect(text).toContain('change set that was never executed')
  })
})

it('a failure in an update of the data stack leaves the service alone, and the same command updates again', async () => {
  await run()
  stage.failures.set(dataStack, { logicalId: 'ReadModel', reason: 'Subscriber limit exceeded' })
  const first = await run()
  expect(first.succeeded).toBe(false)
  expect(first.text).toContain(`${dataStack} was not deployed (UPDATE_ROLLBACK_COMPLETE).`)
  expect(first.log).not.toContain(`deploy ${serviceStack}`)
  expect(isProtected(dataStack)).toBe(true)
  stage.failures.clear()
  expect((await run()).succeeded).toBe(true)
})

describe('a failure in the service stack', () => {
  const failure = { logicalId: 'CommandApi', reason: 'The runtime is not supported' }

  it('in its first create keeps the data stack, which is protected by then, and the same command recovers', async () => {
    stage.failures.set(serviceStack, failure)
    const first = await run()
    expect(first.succeeded).toBe(false)
    expect(first.text).toContain(`${serviceStack} was not deployed (ROLLBACK_COMPLETE).`)
    expect([statusOf(dataStack), isProtected(dataStack)]).toEqual(['UPDATE_COMPLETE', true])
    expect(first.log).not.toContain('list generations')

    stage.failures.clear()
    const second = await run()
    expect(second.succeeded).toBe(true)
    expect(second.log.slice(1)).toEqual([
      'synthesise',
      `deploy ${dataStack}`,
      `deploy ${serviceStack}`,
      'list generations',
      'resubmit parked streams',
      'smoke test',
    ])
    expect([...account.tables.keys()]).toEqual([`${dataStack}-EventStore-1`])
  })

  it('in an update is rolled back by CloudFormation, and the same command updates again', async () => {
    await run()
    stage.failures.set(serviceStack, failure)
    const first = await run()
    expect(first.succeeded).toBe(false)
    expect(first.text).toContain(`(UPDATE_ROLLBACK_COMPLETE).\n  CommandApi: The runtime is not supported`)
    stage.failures.clear()
    expect((await run()).succeeded).toBe(true)
  })

  it('whose rollback failed stops the next deployment with what to type', async () => {
    await run()
    stage.failures.set(serviceStack, { ...failure, status: 'UPDATE_ROLLBACK_FAILED' })
    await run()
    stage.failures.clear()
    const { succeeded, log, text } = await run()
    expect([succeeded, log]).toEqual([false, []])
    expect(text).toContain(`aws cloudformation continue-update-rollback --stack-name ${serviceStack}`)
    expect(text).toContain('--resources-to-skip CommandApi')
  })
})

describe('a failure between create and protection', () => {
  it('leaves a data stack that the next deployment protects', async () => {
    account.cloudFormation.add(dataStack, { outputs: { EventStoreTable: 't' } })
    expect(isProtected(dataStack)).toBe(false)
    expect((await run()).succeeded).toBe(true)
    expect(isProtected(dataStack)).toBe(true)
  })
})

describe('data of a stack that was deleted', () => {
  beforeEach(() => {
    account.tables.set('old-1', { items: 5, isProtected: true })
    const old = account.cloudFormation.add(dataStack, {
      status: 'DELETE_COMPLETE',
      resources: [{ logicalId: 'EventStore', physicalId: 'old-1', type: table, policy: 'Retain' }],
    })
    for (const resource of old.resources) resource.status = 'DELETE_SKIPPED'
  })

  it('stops a deployment until the operator decides', async () => {
    const { succeeded, log, text } = await run()
    expect([succeeded, log]).toEqual([false, []])
    expect(text).toContain(`${command} --adopt`)
    expect(text).toContain(`${command} --leave`)
    expect(text).toContain('aws dynamodb delete-table --table-name old-1')
  })

  it('is adopted into the new stack before the rest is created', async () => {
    const { succeeded, log } = await run({ leftovers: 'adopt' })
    expect(succeeded).toBe(true)
    expect(log.slice(2, 4)).toEqual([
      `import into ${dataStack}: {"EventStore":{"TableName":"old-1"}}`,
      `deploy ${dataStack}`,
    ])
  })

  it('is not adopted twice if the deployment fails after that', async () => {
    stage.failures.set(dataStack, { logicalId: 'UserPool', reason: 'Limit exceeded' })
    expect((await run({ leftovers: 'adopt' })).succeeded).toBe(false)
    stage.failures.clear()
    const { succeeded, log, opened } = await run()
    expect(succeeded).toBe(true)
    expect(log.slice(1, 3)).toEqual(['synthesise', `deploy ${dataStack}`])
    // Nothing ran on the imported resources, so nothing was asked of them before.
    expect(opened).toHaveLength(1)
  })

  it('is left alone if the operator wants to start empty', async () => {
    const { succeeded } = await run({ leftovers: 'leave' })
    expect(succeeded).toBe(true)
    expect(account.tables.get('old-1')).toEqual({ items: 5, isProtected: true })
  })
})

describe('after every function has switched', () => {
  it('builds the new versions of read models, and says how to switch', async () => {
    const built: string[] = []
    const { succeeded, text } = await run(
      {},
      { unlisted: async () => ['voyages'], build: async (name) => built.push(name) > 0 },
    )
    expect([succeeded, built]).toEqual([true, ['voyages']])
    expect(text).toContain('npm run ops -- replay switch voyages --stage prod --aws')
  })

  it('says how to build them if that is not wanted, or was stopped', async () => {
    const unlisted = async () => ['voyages']
    const build = async () => false
    for (const [options, running] of [
      [{ replay: false }, { unlisted }],
      [{}, { unlisted, build }],
    ] as const)
      expect((await run(options, running)).text).toContain(
        'npm run ops -- replay start voyages --stage prod --aws',
      )
  })

  it('tells of streams that continue and of those that are still parked', async () => {
    const { succeeded, text } = await run({}, { resubmit: async () => ({ done: 2, parked: 1 }) })
    expect(succeeded).toBe(true)
    expect(text).toContain('Parked streams that continue: 2')
    expect(text).toContain(
      'Streams that are still parked: 1. See npm run ops -- parked list --stage prod --aws',
    )
  })

  it('fails if the smoke test fails, and says where to look', async () => {
    const { succeeded, text } = await run(
      {},
      { smoke: async () => ({ step: 'the API answers', reason: '503', look: 'the log of QueryApi' }) },
    )
    expect(succeeded).toBe(false)
    expect(text).toContain('"the API answers" failed. Look at the log of QueryApi.')
  })

  it('has no smoke test if none is wanted', async () => {
    expect((await run({ smoke: false })).log).not.toContain('smoke test')
  })
})

it('passes on what AWS refuses while it looks at the stacks', async () => {
  account.failing.set('DescribeStacks', new FakeError('AccessDenied', 'User is not authorized', 403))
  await expect(run()).rejects.toThrow('not authorized')
})
