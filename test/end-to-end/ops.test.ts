import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { toItem } from '../../commands/event-store/commit-item.ts'
import { readAnnouncement } from '../../infra/local/index.ts'
import { wrecked } from '../kit/fleet/history.ts'
import { newDataDir, removeDataDir } from '../kit/local-cloud/data-dir.ts'
import { developer } from '../kit/local-cloud/developer.ts'
import { type RunningCloud, runLocalCloud } from '../kit/local-cloud/local-cloud.ts'
import { runOps, startOps } from '../kit/local-cloud/ops-process.ts'
import { mailsTo, type Person, signUp } from '../kit/people/person.ts'
import { newCommit } from '../kit/stores/commits.ts'
import { until } from '../kit/until.ts'

vi.setConfig({ testTimeout: 60_000 })
const soon = { timeout: 15_000, interval: 50 }

describe('the operator of a running local cloud', () => {
  let running: RunningCloud
  let ann: Person
  let stream: string

  const ops = (...args: string[]) => runOps(running.dataDir, args)
  const json = async (...args: string[]) => JSON.parse((await ops(...args, '--json')).stdout)

  beforeAll(async () => {
    running = await runLocalCloud()
    ann = await signUp(running.config)
    stream = `user-${ann.userId}`
    await ann.command('change-profile', { name: 'Anna' })
  })
  afterAll(() => running.close())

  it('sees the events of a stream and its earlier states', async () => {
    expect(await json('events', 'show', stream)).toMatchObject([
      { version: 1, type: 'UserRegistered', actorId: ann.userId, data: { email: ann.email } },
      { version: 2, type: 'UserProfileChanged', data: { name: 'Anna' } },
    ])
    expect((await ops('events', 'show', stream)).stdout.trim().split('\n')).toHaveLength(2)
    expect(await json('state', stream)).toMatchObject({ version: 2, state: { name: 'Anna' } })
    const before = await json('state', stream, '--version', '1')
    expect(before.state.name).not.toBe('Anna')
    expect(await ops('state', stream, '--version', '3')).toEqual({
      code: 1,
      stdout: '',
      stderr: `ops: ${stream} ends at version 2\n`,
    })
  })

  it('sees new events as they arrive, until ctrl-c', async () => {
    const bob = await signUp(running.config)
    const tail = startOps(running.dataDir, ['events', 'tail', `user-${bob.userId}`, '--json'])
    await until(() => tail.stderr().includes('ctrl-c ends it'), { what: tail.stderr, timeoutMs: 15_000 })
    await signUp(running.config)
    await bob.command('change-profile', { name: 'Robert' })
    await bob.command('delete-account', {})
    const events = () =>
      tail
        .stdout()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    await until(() => events().length > 1, { what: tail.stdout, timeoutMs: 15_000 })
    expect(events()).toMatchObject([
      { version: 2, type: 'UserProfileChanged', data: { name: 'Robert' } },
      { version: 3, type: 'UserDeleted' },
    ])
    tail.interrupt()
    expect(await tail.ended()).toBe(0)
  })

  it('compares a read model with the event store', async () => {
    expect(await json('verify', 'users')).toMatchObject({
      projection: 'users',
      clean: true,
      generations: [{ generation: 'users.v1.1', findings: [] }],
    })
    expect(await ops('verify', 'invoices')).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^ops: there is no projection invoices\. The projections are .*\busers\b.*\n$/,
      ),
    })
  })

  it('sends events again, which repeats no effect', async () => {
    const again = (line: string) => /^SendMail.*"repeated":true/.test(line) && line.includes(ann.userId)
    expect(await json('republish', stream)).toEqual({ streams: 1, sent: 1, unsent: 0, failures: [] })
    await vi.waitFor(() => expect(running.lines.filter(again)).toHaveLength(1), soon)
    const mails = await mailsTo(running.config, ann.email)
    expect(mails.filter(({ subject }) => /welcome/i.test(subject))).toHaveLength(1)
  })

  it('rebuilds a read model, switches queries to it, and rolls back', async () => {
    const { code, stdout } = await ops('replay', 'start', 'users', '--segments', '2', '--json')
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { generation: 'users.v1.2', outcome: 'built' }])
    expect(await json('replay', 'switch', 'users')).toMatchObject({ live: 'users.v1.2' })
    await ann.command('change-profile', { name: 'Annie' })
    const shown = async () => {
      const { headers, body } = await ann.query('/me')
      return [headers.get('etag'), body['name']]
    }
    await vi.waitFor(async () => expect(await shown()).toEqual(['"users.v1.2.3"', 'Annie']), soon)
    expect(await json('replay', 'rollback', 'users')).toMatchObject({ live: 'users.v1.1' })
    await vi.waitFor(async () => expect(await shown()).toEqual(['"users.v1.1.3"', 'Annie']), soon)
    expect(await ops('replay', 'clean', 'users')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^ops: users\.v1\.2 may still be read for \d+ s\. Try again after that\n$/,
      ),
    })
  })

  it('works the same on a stack in an account, found by its outputs', async () => {
    const { outputs = {}, endpoint = '' } = (await readAnnouncement(running.dataDir)) ?? {}
    const env = {
      AWS_ENDPOINT_URL_CLOUDFORMATION: await cloudFormation({
        'annals-prod-data': outputs,
        'annals-other-data': {},
      }),
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_ACCESS_KEY_ID: 'operator',
      AWS_SECRET_ACCESS_KEY: 'secret',
    }
    const onStage = (stage: string, ...args: string[]) =>
      runOps('/nowhere', [...args, '--aws', '--stage', stage, '--region', 'eu-west-1'], env)
    const { code, stdout } = await onStage('prod', 'events', 'show', stream, '--json')
    expect(JSON.parse(stdout)[0]).toMatchObject({ stream, version: 1, type: 'UserRegistered' })
    expect(code).toBe(0)
    expect((await onStage('other', 'parked', 'list')).stderr).toBe(
      'ops: Stack annals-other-data lacks an output that this code needs: deploy this code first\n',
    )
    expect((await onStage('nobody', 'parked', 'list')).stderr).toMatch(
      /^ops: stack annals-nobody-data cannot be read: ValidationError: Stack with id annals-nobody-data does not exist\n$/,
    )
  })
})

describe('a stream that no code can continue', () => {
  it('is still parked after resubmitting with code that cannot continue it either, and the exit code shows that', async () => {
    const running = await runLocalCloud()
    onTestFinished(running.close)
    const ops = (...args: string[]) => runOps(running.dataDir, args)
    const { client, TableName } = developer(running)
    const poison = newCommit({ events: [wrecked] })
    const item = toItem({ ...poison, stream: 'user-poison', version: 1 })
    await client.send(new PutItemCommand({ TableName, Item: marshall(item) }))
    await vi.waitFor(
      async () => expect(JSON.parse((await ops('parked', 'list', '--json')).stdout)).toHaveLength(2),
      soon,
    )
    const { code, stdout, stderr } = await ops('parked', 'resubmit', '--all')
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout.match(/STILL PARKED .*"VoyageWrecked"/g)).toHaveLength(2)
  })
})

describe('npm run ops', () => {
  let dataDir: string
  beforeEach(() => {
    dataDir = newDataDir()
  })
  afterEach(() => removeDataDir(dataDir))

  it('prints its usage, and fails unless help was requested', async () => {
    const { code, stdout } = await runOps(dataDir, ['--help'])
    expect(code).toBe(0)
    const commands = ['events show', 'events tail', 'state', 'parked list', 'parked resubmit']
    for (const command of [...commands, 'verify', 'republish']) expect(stdout).toContain(`  ${command}`)
    expect(await runOps(dataDir, [])).toEqual({
      code: 1,
      stdout: '',
      stderr: `ops: give a command\n\n${stdout}`,
    })
    const unknown = await runOps(dataDir, ['parked', 'frobnicate'])
    expect(unknown).toMatchObject({ code: 1, stdout: '' })
    expect(unknown.stderr).toContain('ops: "parked frobnicate" is not a command\n\n  parked list ')
  })

  it.each([
    [['parked', 'list', '--frobnicate'], /^ops: Unknown option '--frobnicate'.*\n$/],
    [['parked', 'list', '--version', '1'], /^ops: parked list takes no --version\n$/],
    [['parked', 'list', '--region', 'eu-west-1'], /^ops: --region needs --aws\n$/],
    [['parked', 'list'], /^ops: no local cloud runs on \S+: start it with npm start, .*\n$/],
  ])('%j explains the mistake in one line', async (args, message) => {
    const { code, stdout, stderr } = await runOps(dataDir, args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(message)
  })
})

/** For one test: answers `DescribeStacks` as CloudFormation does, with the outputs of each stack. */
async function cloudFormation(stacks: Record<string, Readonly<Record<string, string>>>): Promise<string> {
  const server = createServer(async (request, response) => {
    const body = new URLSearchParams(Buffer.concat(await request.toArray()).toString())
    const name = body.get('StackName') ?? ''
    const outputs = stacks[name]
    const members = Object.entries(outputs ?? {}).map(
      ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    )
    const result = `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${name}</StackName><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`
    const missing = `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error></ErrorResponse>`
    response.writeHead(outputs ? 200 : 400, { 'content-type': 'text/xml' }).end(outputs ? result : missing)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // a server that is listening has an address object
  return `http://127.0.0.1:${port}`
}
