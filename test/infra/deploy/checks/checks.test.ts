import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAccount } from '../../../../infra/deploy/account/account.ts'
import type { StackFailure } from '../../../../infra/deploy/account/stacks.ts'
import { checkBootstrap } from '../../../../infra/deploy/checks/bootstrap.ts'
import { checkConcurrency } from '../../../../infra/deploy/checks/concurrency.ts'
import { checkCredentials } from '../../../../infra/deploy/checks/credentials.ts'
import { type Finding, findingLines, stop } from '../../../../infra/deploy/checks/finding.ts'
import { leftoversOf, removalOf } from '../../../../infra/deploy/checks/leftovers.ts'
import { checkMail } from '../../../../infra/deploy/checks/mail.ts'
import { judgeStack } from '../../../../infra/deploy/checks/stack-state.ts'
import { type DeployPlan, planOf } from '../../../../infra/deploy/plan.ts'
import { resourceMapping } from '../../../../infra/deploy/steps/adopt.ts'
import { readStage } from '../../../../infra/stages/read-stage.ts'
import { type FakeAccount, startFakeAccount } from '../../../kit/aws-account/account.ts'
import { FakeError } from '../../../kit/aws-account/protocol.ts'
import { command, plan, table } from '../../../kit/aws-account/stage.ts'

let account: FakeAccount
beforeEach(async () => {
  account = await startFakeAccount()
})
afterEach(() => account.close())
const open = () => openAccount(account.config)
const textOf = (...findings: readonly Finding[]) => findings.flatMap(findingLines).join('\n')

describe('credentials', () => {
  const check = () => checkCredentials(open().facts, command)

  it('that AWS accepts name the account, the region and the caller', async () => {
    expect(await check()).toMatchObject({
      region: 'eu-west-1',
      caller: { account: '111122223333' },
      finding: { level: 'ok', text: expect.stringContaining('arn:aws:iam::111122223333:user/ann') },
    })
  })

  it('without a region stop the deployment, with what to type', async () => {
    const facts = { ...open().facts, region: () => Promise.reject(new Error('Region is missing')) }
    const { finding, caller } = await checkCredentials(facts, command)
    expect(finding.level).toBe('stop')
    expect(finding.next).toContain(`AWS_REGION=eu-west-1 ${command}`)
    expect(caller).toBeUndefined()
  })

  // The errors are from the AWS STS API reference, "Common errors", and the SDK's credential providers.
  it.each([
    ['ExpiredToken', 'The security token included in the request is expired', 'have expired'],
    ['InvalidClientTokenId', 'The security token included in the request is invalid.', 'does not accept'],
    ['SignatureDoesNotMatch', 'The request signature does not match', 'does not accept'],
    ['ServiceUnavailable', 'Try again', 'cannot be asked'],
  ])('that AWS answers with %s stop it', async (name, message, text) => {
    account.failing.set('GetCallerIdentity', new FakeError(name, message, 403))
    const { finding } = await check()
    expect(finding).toMatchObject({ level: 'stop', text: expect.stringContaining(text) })
    expect(finding.next?.join('\n')).toContain(command)
  })

  it('of one profile that are refused ask for another profile, instead of the first', async () => {
    account.failing.set('GetCallerIdentity', new FakeError('InvalidClientTokenId', 'Invalid.', 403))
    for (const first of ['--profile me', '--profile=me']) {
      const { finding } = await checkCredentials(open().facts, `npm run deploy -- ${first} --check`)
      expect(finding.next).toContain('npm run deploy -- --check --profile NAME')
    }
  })

  it('that nobody set up stop it', async () => {
    const missing = Object.assign(new Error('Could not load credentials from any providers'), {
      name: 'CredentialsProviderError',
    })
    const facts = { ...open().facts, caller: () => Promise.reject(missing) }
    expect((await checkCredentials(facts, command)).finding).toMatchObject({
      level: 'stop',
      next: expect.arrayContaining(['aws configure sso']),
    })
  })
})

describe('the bootstrap of CDK', () => {
  const check = () => checkBootstrap(open().facts, { account: '111122223333', region: 'eu-west-1', command })

  it.each([
    [21, 'ok'],
    [6, 'ok'],
    [5, 'stop'],
    [undefined, 'stop'],
  ] as const)('of version %s: %s', async (version, level) => {
    account.bootstrapVersion = version
    const finding = await check()
    expect(finding.level).toBe(level)
    if (level === 'stop')
      expect(finding.next).toContain(
        'infra/deploy/node_modules/.bin/cdk bootstrap aws://111122223333/eu-west-1',
      )
  })

  it('that cannot be read is only a warning', async () => {
    account.failing.set('GetParameter', new FakeError('AccessDeniedException', 'not authorized'))
    expect(await check()).toMatchObject({ level: 'warning', text: expect.stringContaining('not authorized') })
  })
})

describe('the concurrency quota', () => {
  const check = (concurrency: number, isFirst = true) =>
    checkConcurrency(open().facts, { ...plan, concurrency }, isFirst)

  it.each([
    { limit: 1000, unreserved: 1000, reserved: 900, isFirst: true, level: 'ok' },
    { limit: 1000, unreserved: 1000, reserved: 901, isFirst: true, level: 'stop' },
    { limit: 1000, unreserved: 500, reserved: 401, isFirst: true, level: 'stop' },
    // Its own reservations are in the figure of the account.
    { limit: 1000, unreserved: 500, reserved: 401, isFirst: false, level: 'ok' },
    { limit: 10, unreserved: 10, reserved: 0, isFirst: true, level: 'warning' },
    { limit: 10, unreserved: 10, reserved: 1, isFirst: true, level: 'stop' },
  ])('%j', async ({ limit, unreserved, reserved, isFirst, level }) => {
    account.concurrency = { limit, unreserved }
    const finding = await check(reserved, isFirst)
    expect(finding.level).toBe(level)
    if (level !== 'ok') expect(finding.next?.[0]).toContain('--quota-code L-B99A9384')
  })

  it('that cannot be read is only a warning', async () => {
    account.failing.set('GetAccountSettings', new FakeError('AccessDeniedException', 'no', 403))
    expect((await check(0)).level).toBe('warning')
  })
})

describe('mail', () => {
  const address = { mailFrom: plan.mailFrom, mailDomain: undefined }
  const check = (over: Partial<DeployPlan> = {}) => checkMail(open().mail, { ...plan, ...over }, command)

  it('from a verified domain, in production, is fine', async () => {
    expect((await check()).map(({ level }) => level)).toEqual(['ok', 'ok'])
  })

  it.each([
    'annals@example.com',
    'me@mail.example.org',
    'me@there.invalid',
  ])('from %s stops the deployment without a question to SES', async (mailFrom) => {
    const findings = await check({ mailFrom, mailDomain: undefined })
    expect(findings.map(({ level }) => level)).toEqual(['stop'])
    expect(textOf(...findings)).toContain('infra/stages/prod.ts')
    expect(account.calls).toEqual([])
  })

  it.each([
    ['hello@annals.dev', 'annals.dev', 'ok'],
    ['hello@mail.annals.dev', 'annals.dev', 'ok'],
    ['hello@annals.dev', 'other.dev', 'stop'],
    ['hello@notannals.dev', 'annals.dev', 'stop'],
  ])('from %s in the domain %s: %s', async (mailFrom, mailDomain, level) => {
    expect((await check({ mailFrom, mailDomain }))[0]?.level).toBe(level)
  })

  it('from a verified address works, and a domain is better', async () => {
    account.identities.clear()
    account.identities.set(plan.mailFrom, { isVerified: true, status: 'SUCCESS' })
    const [finding] = await check(address)
    expect(finding).toMatchObject({ level: 'warning', text: expect.stringContaining('DKIM') })
  })

  it('stops if the functions lack the right to use the domain that is verified', async () => {
    const [finding] = await check(address)
    expect(finding).toMatchObject({
      level: 'stop',
      next: ["set mail.domain to 'annals.dev' in infra/stages/prod.ts"],
    })
  })

  it('from a domain that is not verified yet waits for its records, which are told', async () => {
    account.identities.set('annals.dev', { isVerified: false, status: 'PENDING', tokens: ['abc'] })
    const [finding] = await check()
    expect(finding).toMatchObject({
      level: 'warning',
      text: expect.stringContaining('PENDING'),
      next: ['abc._domainkey.annals.dev  CNAME  abc.dkim.amazonses.com'],
    })
  })

  it('from an address that is not verified yet waits for its owner', async () => {
    account.identities.clear()
    account.identities.set(plan.mailFrom, { isVerified: false, status: 'PENDING' })
    expect(textOf(...(await check(address)))).toContain('Open the link in the mail')
  })

  it('from a sender that SES does not know is prepared by the deployment', async () => {
    account.identities.clear()
    expect((await check())[0]).toMatchObject({
      level: 'warning',
      text: expect.stringContaining('The deployment creates it'),
    })
  })

  it('in the sandbox reaches verified addresses only', async () => {
    account.mail = { production: false, enabled: true }
    const findings = await check({ mailPerSecond: 1 })
    expect(findings.map(({ level }) => level)).toEqual(['ok', 'warning'])
    expect(textOf(...findings)).toContain('200 mails a day')
    expect(textOf(...findings)).toContain('aws sesv2 put-account-details')
  })

  it('faster than SES sends is told', async () => {
    const findings = await check({ mailPerSecond: 15 })
    expect(findings.map(({ level }) => level)).toEqual(['ok', 'warning', 'ok'])
    expect(textOf(...findings)).toContain('set mail.perSecond to 14')
  })

  it('from a sender that is not verified cannot carry the codes of the user pool', async () => {
    for (const status of ['PENDING', undefined]) {
      if (status === undefined) account.identities.clear()
      else account.identities.set('annals.dev', { isVerified: false, status })
      expect((await check()).filter(({ level }) => level === 'stop')).toMatchObject([
        { text: expect.stringContaining('mail.codes'), next: expect.arrayContaining([command]) },
      ])
      expect((await check({ codesBySes: false })).filter(({ level }) => level === 'stop')).toEqual([])
    }
  })

  it('through Cognito is limited to 50 codes a day, which is told', async () => {
    expect(textOf(...(await check({ codesBySes: false })))).toContain('50 codes a day')
  })

  it('that SES has paused is told', async () => {
    account.mail = { production: true, enabled: false }
    expect(textOf(...(await check()))).toContain('SES has paused')
  })

  it('that cannot be asked about is only a warning', async () => {
    account.failing.set('GetEmailIdentity', new FakeError('AccessDeniedException', 'no', 403))
    expect((await check()).map(({ level }) => level)).toEqual(['warning'])
  })
})

describe('the plan of a stage', () => {
  it('follows from its settings', async () => {
    const { settings } = await readStage('prod', { MAIL_FROM: 'hello@annals.dev' })
    const concurrency = {
      reserved: { CommandApi: 50, Projector: 10 },
      provisioned: { CommandApi: 5, QueryApi: 2 },
    }
    expect(planOf({ name: 'prod', settings: { ...settings, concurrency } })).toEqual({
      stage: 'prod',
      dataStack: 'annals-prod-data',
      serviceStack: 'annals-prod-service',
      mailFrom: 'hello@annals.dev',
      mailDomain: undefined,
      codesBySes: false,
      mailPerSecond: 14,
      concurrency: 62,
    })
  })
})

describe('the state of a stack', () => {
  const failures: StackFailure[] = [{ logicalId: 'UserPool', reason: 'Limit exceeded' }]
  const judge = (status: string) =>
    judgeStack(
      'annals-prod-data',
      { id: 'id', name: 'annals-prod-data', status, isProtected: false, outputs: {} },
      failures,
      command,
    )

  // CloudFormation user guide, "Stack status codes": all of them.
  it.each([
    ['CREATE_COMPLETE', 'update', 'ok'],
    ['UPDATE_COMPLETE', 'update', 'ok'],
    ['UPDATE_ROLLBACK_COMPLETE', 'update', 'ok'],
    ['IMPORT_COMPLETE', 'update', 'ok'],
    ['IMPORT_ROLLBACK_COMPLETE', 'update', 'ok'],
    ['ROLLBACK_COMPLETE', 'recover', 'warning'],
    ['ROLLBACK_FAILED', 'recover', 'warning'],
    ['CREATE_FAILED', 'recover', 'warning'],
    ['REVIEW_IN_PROGRESS', 'recover', 'warning'],
    ['CREATE_IN_PROGRESS', 'stop', 'stop'],
    ['ROLLBACK_IN_PROGRESS', 'stop', 'stop'],
    ['UPDATE_IN_PROGRESS', 'stop', 'stop'],
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'stop', 'stop'],
    ['UPDATE_ROLLBACK_IN_PROGRESS', 'stop', 'stop'],
    ['UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'stop', 'stop'],
    ['DELETE_IN_PROGRESS', 'stop', 'stop'],
    ['IMPORT_IN_PROGRESS', 'stop', 'stop'],
    ['IMPORT_ROLLBACK_IN_PROGRESS', 'stop', 'stop'],
    ['UPDATE_FAILED', 'stop', 'stop'],
    ['UPDATE_ROLLBACK_FAILED', 'stop', 'stop'],
    ['DELETE_FAILED', 'stop', 'stop'],
    ['IMPORT_ROLLBACK_FAILED', 'stop', 'stop'],
  ])('%s: %s', (status, action, level) => {
    expect(judge(status)).toMatchObject({ action, finding: { level } })
  })

  it.each([
    ['UPDATE_IN_PROGRESS', 'aws cloudformation wait stack-update-complete'],
    ['CREATE_IN_PROGRESS', 'aws cloudformation wait stack-create-complete'],
    ['UPDATE_ROLLBACK_IN_PROGRESS', 'aws cloudformation wait stack-rollback-complete'],
    ['DELETE_IN_PROGRESS', 'aws cloudformation wait stack-delete-complete'],
    ['UPDATE_FAILED', 'aws cloudformation rollback-stack'],
    ['UPDATE_ROLLBACK_FAILED', 'aws cloudformation continue-update-rollback'],
    ['DELETE_FAILED', 'aws cloudformation delete-stack'],
    ['IMPORT_ROLLBACK_FAILED', 'aws cloudformation describe-stack-events'],
  ])('%s says what to type next', (status, next) => {
    expect(judge(status).finding.next?.join('\n')).toContain(`${next} --stack-name annals-prod-data`)
  })

  it('that failed gives the reasons of CloudFormation', () => {
    for (const status of ['ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED', 'DELETE_FAILED', 'UPDATE_FAILED'])
      expect(judge(status).finding.next).toContain('UserPool: Limit exceeded')
  })

  it('that does not exist is created', () => {
    expect(judgeStack('a', undefined, [], command).action).toBe('create')
  })
})

describe('the failures of a stack', () => {
  it('are those of the last operation, the first one first, without what was cancelled because of them', async () => {
    account.cloudFormation.add('a', {
      events: [
        { logicalId: 'Bucket', status: 'CREATE_FAILED', reason: 'Resource creation cancelled' },
        { logicalId: 'Second', status: 'UPDATE_FAILED', reason: 'later' },
        { logicalId: 'First', status: 'UPDATE_FAILED', reason: 'earlier' },
        { logicalId: 'a', status: 'UPDATE_IN_PROGRESS', reason: 'User Initiated' },
        { logicalId: 'Old', status: 'CREATE_FAILED', reason: 'long ago' },
      ],
    })
    expect(await open().stacks.failures('a')).toEqual([
      { logicalId: 'First', reason: 'earlier' },
      { logicalId: 'Second', reason: 'later' },
    ])
  })
})

describe('a resource that a deleted stack left behind', () => {
  const kinds = {
    Table: [table, 'table-1'],
    Pool: ['AWS::Cognito::UserPool', 'eu-west-1_abc'],
    Bucket: ['AWS::S3::Bucket', 'bucket-1'],
    Queue: ['AWS::SQS::Queue', 'https://sqs.eu-west-1.amazonaws.com/111122223333/queue-1'],
    Bus: ['AWS::Events::EventBus', 'bus-1'],
  } as const
  const queueUrl = kinds.Queue[1]

  beforeEach(() => {
    const old = account.cloudFormation.add(plan.dataStack, {
      status: 'DELETE_COMPLETE',
      resources: Object.entries(kinds).map(([logicalId, [type, physicalId]]) => ({
        logicalId,
        physicalId,
        type,
        policy: 'Retain' as const,
      })),
    })
    for (const resource of old.resources) resource.status = 'DELETE_SKIPPED'
  })
  const found = async () =>
    (await leftoversOf(open(), plan.dataStack)).map(({ logicalId, isEmpty, isProtected }) => ({
      logicalId,
      isEmpty,
      isProtected,
    }))

  it('is not found if it was removed since', async () => {
    expect(await found()).toEqual([])
  })

  it('is found by the memory of CloudFormation, with whether it is empty', async () => {
    account.tables.set('table-1', { items: 0, isProtected: true })
    account.pools.set('eu-west-1_abc', { users: 3 })
    account.buckets.set('bucket-1', 2)
    account.queues.set(queueUrl, 0)
    expect(await found()).toEqual([
      { logicalId: 'Table', isEmpty: true, isProtected: true },
      { logicalId: 'Pool', isEmpty: false, isProtected: true },
      { logicalId: 'Bucket', isEmpty: false, isProtected: false },
      { logicalId: 'Queue', isEmpty: true, isProtected: false },
    ])
  })

  it('is not one of another stack', async () => {
    account.tables.set('table-1', { items: 0, isProtected: true })
    expect(await leftoversOf(open(), 'annals-dev-data')).toEqual([])
  })

  it('is removed by commands that name it', () => {
    for (const [type, physicalId] of [kinds.Table, kinds.Pool, kinds.Bucket, kinds.Queue])
      expect(removalOf({ type, physicalId }).join('\n')).toContain(physicalId)
  })

  it('is adopted by the identifiers that CloudFormation imports by, and data wins over nothing', async () => {
    account.tables.set('table-1', { items: 0, isProtected: true })
    account.buckets.set('bucket-1', 2)
    const one = await leftoversOf(open(), plan.dataStack)
    const full = { logicalId: 'Table', physicalId: 'table-2', type: table, status: 'DELETE_SKIPPED' }
    const more = { ...full, isEmpty: false, isProtected: true }
    expect(resourceMapping([...one, more])).toEqual({
      Table: { TableName: 'table-2' },
      Bucket: { BucketName: 'bucket-1' },
    })
    expect(() => resourceMapping([more, { ...more, physicalId: 'table-3' }])).toThrow(
      'table table-2 and table table-3 both contain data for Table',
    )
  })
})

it('a finding is a line, with what to do next under it', () => {
  expect(findingLines(stop('It fails.', 'do this'))).toEqual(['STOP     It fails.', '           do this'])
})
