import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import {
  type AttributeValue,
  DeleteItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  inject,
  it,
  onTestFinished,
  vi,
} from 'vitest'
import { toItem } from '../../commands/event-store/commit-item.ts'
import { readAnnouncement } from '../../infra/local/index.ts'
import { newDataDir, removeDataDir } from '../kit/local-cloud/data-dir.ts'
import { type RunningCloud, runLocalCloud, type Template } from '../kit/local-cloud/local-cloud.ts'
import { runOps, startOps } from '../kit/local-cloud/ops-process.ts'
import { mailsTo, type Person, signUp } from '../kit/people/person.ts'
import { newCommit } from '../kit/stores/commits.ts'
import { eventStoreTable } from '../kit/stores/event-store-table.ts'
import { until } from '../kit/until.ts'

vi.setConfig({ testTimeout: 60_000 })
const soon = { timeout: 15_000, interval: 50 }

describe('the operator of a running local cloud', () => {
  let running: RunningCloud
  let ann: Person

  const ops = (...args: string[]) => runOps(running.dataDir, args)
  const json = async (...args: string[]) => JSON.parse((await ops(...args, '--json')).stdout)
  const idOf = async (title: string) => String((await ann.command('create-project', { title })).body['id'])

  /** The read model's table, past all of our code. */
  const readModel = async () => {
    const { outputs = {} } = (await readAnnouncement(running.dataDir)) ?? {}
    const { client } = developer(running)
    return { client, TableName: outputs['ReadModelTable'] }
  }
  const rowsIn = async (partition: string) => {
    const { client, TableName } = await readModel()
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'PK = :pk',
        ExpressionAttributeValues: marshall({ ':pk': partition }),
      }),
    )
    return Items
  }
  const remove = async ({ PK, SK }: Record<string, AttributeValue>) => {
    const { client, TableName } = await readModel()
    await client.send(new DeleteItemCommand({ TableName, Key: { ...(PK && { PK }), ...(SK && { SK }) } }))
  }

  beforeAll(async () => {
    running = await runLocalCloud()
    ann = await signUp(running.config)
  })
  afterAll(() => running.close())

  it('sees the events of a stream and its states of before', async () => {
    const id = await idOf('Atlas')
    await ann.command('rename-project', { projectId: id, title: 'Globe' })
    const stream = `project-${id}`
    expect(await json('events', 'show', stream)).toMatchObject([
      { version: 1, type: 'ProjectCreated', actorId: ann.userId, data: { title: 'Atlas' } },
      { version: 2, type: 'ProjectRenamed', data: { title: 'Globe' } },
    ])
    expect((await ops('events', 'show', stream)).stdout.trim().split('\n')).toHaveLength(2)
    expect(await json('state', stream)).toMatchObject({ version: 2, state: { title: 'Globe' } })
    expect(await json('state', stream, '--version', '1')).toMatchObject({ state: { title: 'Atlas' } })
    expect(await ops('state', stream, '--version', '3')).toEqual({
      code: 1,
      stdout: '',
      stderr: `ops: ${stream} ends at version 2\n`,
    })
  })

  it('sees new events as they come, until ctrl-c', async () => {
    const id = await idOf('Atlas')
    const tail = startOps(running.dataDir, ['events', 'tail', `project-${id}`, '--json'])
    await until(() => tail.stderr().includes('ctrl-c ends it'), { what: tail.stderr, timeoutMs: 15_000 })
    await idOf('Other')
    await ann.command('rename-project', { projectId: id, title: 'Globe' })
    await ann.command('archive-project', { projectId: id })
    const events = () =>
      tail
        .stdout()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    await until(() => events().length > 1, { what: tail.stdout, timeoutMs: 15_000 })
    expect(events()).toMatchObject([
      { version: 2, type: 'ProjectRenamed', data: { title: 'Globe' } },
      { version: 3, type: 'ProjectArchived' },
    ])
    tail.interrupt()
    expect(await tail.ended()).toBe(0)
  })

  it('compares the read models with the event store, and has done what can be put right', async () => {
    const id = await idOf('Atlas')
    await ann.command('rename-project', { projectId: id, title: 'Globe' })
    for (const projection of ['projects', 'users'])
      expect(await json('verify', projection)).toMatchObject({
        projection,
        clean: true,
        generations: [{ generation: `${projection}.v1.1`, findings: [] }],
      })
    const activity = await ann.query(`/projects/${id}/activity`)

    const feed = await rowsIn(`projects.v1.1#activity-of#${id}`)
    for (const row of feed) await remove(row)
    const found = await ops('verify', 'projects')
    expect(found).toMatchObject({ code: 1, stderr: '' })
    expect(found.stdout).toMatch(new RegExp(`^project-${id} +FEED DIFFERS +at 2 +missing: `, 'm'))
    const { code, stdout, stderr } = await ops('verify', 'projects', '--repair')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('repaired: 0 streams caught up, 2 rows of feeds put\nNothing differs.')
    expect((await ann.query(`/projects/${id}/activity`)).body).toEqual(activity.body)

    for (const row of await rowsIn(`projects.v1.1#members-of#${id}`)) await remove(row)
    const different = await ops('verify', 'projects', '--repair', '--json')
    expect(different).toMatchObject({ code: 1, stderr: '' })
    const findings = [{ stream: `project-${id}`, found: 'different', version: 2, end: 2 }]
    expect(JSON.parse(different.stdout)).toMatchObject({ clean: false, generations: [{ findings }] })
    expect(await ops('verify', 'invoices')).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^ops: there is no projection invoices, but projects, users\b.*\n$/),
    })
  })

  it('sends events again, which does nothing again', async () => {
    const from = new Date().toISOString()
    const id = await idOf('Once')
    const to = new Date(Date.now() + 1000).toISOString()
    const told = async () => (await mailsTo(running.config, ann.email)).filter((m) => m.text.includes('Once'))
    await vi.waitFor(async () => expect(await told()).toHaveLength(1), soon)
    expect(await json('republish', `project-${id}`)).toEqual({ streams: 1, sent: 1, unsent: 0, failures: [] })
    expect(await ops('republish', '--from', from, '--to', to)).toEqual({
      code: 0,
      stdout: 'events sent: 1, of streams: 1\n',
      stderr: '',
    })
    const again = (line: string) => /^ProjectCreatedEmail.*"repeated":true/.test(line) && line.includes(id)
    await vi.waitFor(() => expect(running.lines.filter(again)).toHaveLength(2), soon)
    expect(await told()).toHaveLength(1)
  })

  it('builds a read model anew while everything goes on, lets queries read it, and goes back', async () => {
    const before = await idOf('Before')
    const building = ops('replay', 'start', 'projects', '--segments', '2', '--json')
    const meanwhile = await idOf('Meanwhile')
    const { code, stdout } = await building
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { generation: 'projects.v1.2', outcome: 'built' }])
    expect(await json('replay', 'switch', 'projects')).toMatchObject({ live: 'projects.v1.2' })

    const after = await idOf('After')
    const tagOf = async (id: string) =>
      (await ann.query(`/projects/${id}`)).headers.get('etag')?.replace(/\.\d+"$/, '')
    // Within five seconds, and without a position: what came meanwhile was delivered to both.
    for (const id of [before, meanwhile, after])
      await vi.waitFor(async () => expect(await tagOf(id)).toBe('"projects.v1.2'), soon)
    // What the verification above could not put right in the old one is whole in the new.
    const { generations } = await json('verify', 'projects')
    expect(generations).toMatchObject([
      expect.objectContaining({ generation: 'projects.v1.1' }),
      { generation: 'projects.v1.2', clean: true, findings: [] },
    ])

    expect(await json('replay', 'rollback', 'projects')).toMatchObject({ live: 'projects.v1.1' })
    await vi.waitFor(async () => expect(await tagOf(after)).toBe('"projects.v1.1'), soon)
    expect(await ops('replay', 'clean', 'projects')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^ops: projects\.v1\.2 may still be read for \d+ s: try again then\n$/),
    })
  })

  it('finds a person by address and a project by title, and what came of the mail about it', async () => {
    const id = await idOf('Lost and found')
    expect(await json('find', '--title', 'and FOUND')).toMatchObject([
      { stream: `project-${id}`, value: 'Lost and found' },
    ])
    expect(await json('find', '--email', ann.email.toUpperCase())).toMatchObject([
      { stream: `user-${ann.userId}`, value: ann.email },
    ])
    await vi.waitFor(
      async () =>
        expect(await json('events', 'handled', `project-${id}`)).toMatchObject([
          { version: 1, type: 'ProjectCreated', reaction: 'project-created-email', status: 'COMPLETED' },
        ]),
      soon,
    )
    expect((await ops('events', 'show', `project-${id}`)).stdout).toMatch(
      new RegExp(`${ann.userId} {2}\\S+ {2}\\{`),
    )
  })

  it('shows how far read models and functions are behind', async () => {
    await idOf('Atlas')
    await vi.waitFor(async () => {
      const { generations, deliveries } = await json('lag')
      expect(generations).toContainEqual(
        expect.objectContaining({ generation: 'users.v1.1', behind: 0, events: 0, parked: 0 }),
      )
      for (const name of ['Projector', 'Forwarder'])
        expect(deliveries).toContainEqual({ to: expect.stringContaining(`Annals-${name}`), records: 0 })
    }, soon)
  })

  it('is not changed by commands on a copy of its data folder', async () => {
    const copy = newDataDir()
    onTestFinished(() => removeDataDir(copy))
    cpSync(join(running.dataDir, 'stage.json'), join(copy, 'stage.json'))
    expect(await runOps(copy, ['parked', 'list'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no local cloud runs on'),
    })
  })

  it('is examined by commands that fold nothing from a checkout whose features are broken', async () => {
    const id = await idOf('Atlas')
    const checkout = newDataDir()
    onTestFinished(() => removeDataDir(checkout))
    mkdirSync(checkout, { recursive: true })
    const root = join(import.meta.dirname, '../..')
    for (const folder of ['domain', 'commands', 'projections', 'workflows', 'infra'])
      cpSync(join(root, folder), join(checkout, folder), { recursive: true })
    for (const file of ['package.json', 'tsconfig.json']) cpSync(join(root, file), join(checkout, file))
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'))
    writeFileSync(join(checkout, 'domain/project/events.ts'), 'export const projectEvents = {')
    const broken = (...args: string[]) => runOps(running.dataDir, args, {}, checkout)

    expect(await broken('parked', 'list')).toMatchObject({ code: 0, stdout: 'Nothing is parked.\n' })
    const shown = await broken('events', 'show', `project-${id}`)
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('ProjectCreated') })
    expect(shown.stderr).toContain('none is checked: this checkout cannot be loaded: ')
    const folding = await broken('state', `project-${id}`)
    expect(folding.code).toBe(1)
    expect(folding.stderr).toMatch(/^ops: this checkout cannot be loaded: .*events\.ts.*\n$/)

    await ops('replay', 'start', 'users')
    expect((await broken('replay', 'status', 'users')).stdout).toContain('users.v1.2')
    expect(await broken('replay', 'cancel', 'users')).toMatchObject({
      code: 0,
      stdout: 'users.v1.2 is abandoned: replay clean users removes it\n',
    })
  })

  it('is stopped within a second by ctrl-c, however often that comes, and resumes', async () => {
    for (let n = 0; n < 5; n++) await idOf(`Slow ${n}`)
    const args = ['replay', 'start', 'projects', '--speed', '1', '--segments', '1']
    const replay = startOps(running.dataDir, args)
    await until(() => replay.stderr().includes('builds '), { what: replay.stderr, timeoutMs: 15_000 })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const interrupted = performance.now()
    for (let times = 0; times < 3; times++) replay.interrupt()
    expect(await replay.ended()).toBe(1)
    expect(performance.now() - interrupted).toBeLessThan(1500)
    expect(replay.stderr().match(/stopping…/g)).toHaveLength(1)
    expect(replay.stdout()).toMatch(/is stopped .*: replay start projects resumes it\n$/)
    await ops('replay', 'cancel', 'projects')
  })

  it('works the same on a stack of an account, found by its outputs', async () => {
    const id = await idOf('Atlas')
    const { outputs = {}, endpoint = '' } = (await readAnnouncement(running.dataDir)) ?? {}
    const env = {
      AWS_ENDPOINT_URL_CLOUDFORMATION: await cloudFormation({ Annals: outputs, Other: {} }),
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_ACCESS_KEY_ID: 'operator',
      AWS_SECRET_ACCESS_KEY: 'secret',
    }
    const onStack = (stack: string, ...args: string[]) =>
      runOps('/nowhere', [...args, '--stack', stack, '--region', 'eu-west-1'], env)
    const { code, stdout } = await onStack('Annals', 'events', 'show', `project-${id}`, '--json')
    expect(JSON.parse(stdout)).toMatchObject([{ type: 'ProjectCreated' }])
    expect(code).toBe(0)
    expect((await onStack('Other', 'parked', 'list')).stderr).toBe(
      'ops: Stack Other lacks an output of this code: deploy it first\n',
    )
    expect((await onStack('Nobody', 'parked', 'list')).stderr).toMatch(
      /^ops: stack Nobody is not found: ValidationError: Stack with id Nobody does not exist\n$/,
    )
  })
})

describe('a stream that the deployed code cannot go on with', () => {
  it('is listed, and is taken to its end by resubmitting with code that can', async () => {
    const running = await runLocalCloud({}, withoutArchiving)
    onTestFinished(running.close)
    const ops = (...args: string[]) => runOps(running.dataDir, args)
    const ann = await signUp(running.config)
    expect(await ops('parked', 'list', '--json')).toEqual({ code: 0, stdout: '[]\n', stderr: '' })
    const { body } = await ann.command('create-project', { title: 'Atlas' })
    const projectId = String(body['id'])
    const stream = `project-${projectId}`
    await ann.command('archive-project', { projectId })

    const parked = { stream, version: 1, error: expect.stringContaining('"ProjectArchived"') }
    const since = expect.stringMatching(/^20.*Z$/)
    await vi.waitFor(async () => {
      const { code, stdout } = await ops('parked', 'list', '--json')
      expect(code).toBe(0)
      expect(JSON.parse(stdout)).toEqual([
        { by: 'projects.v1.1', ...parked, since },
        { by: 'forwarder', ...parked, since },
      ])
    }, soon)
    expect((await ops('parked', 'list')).stdout).toMatch(/^PARKED BY +STREAM .*\nprojects\.v1\.1 +project-/)

    const resubmitted = await ops('parked', 'resubmit', stream)
    expect(resubmitted).toMatchObject({ code: 0, stderr: '' })
    expect(resubmitted.stdout).toMatch(/^projects\.v1\.1 +\S+ +done +at version 2$/m)
    expect(resubmitted.stdout).toMatch(/^forwarder +\S+ +done +1 sent$/m)
    expect((await ops('parked', 'list', '--json')).stdout).toBe('[]\n')
    expect(await ann.query(`/projects/${projectId}`)).toMatchObject({ body: { version: 2, archived: true } })
  })

  it('is found by verification, which takes it to its end with code that can', async () => {
    const running = await runLocalCloud({}, withoutArchiving)
    onTestFinished(running.close)
    const ann = await signUp(running.config)
    const { body } = await ann.command('create-project', { title: 'Atlas' })
    await ann.command('archive-project', { projectId: body['id'] })
    const verified = async (...args: string[]) => {
      const { code, stdout } = await runOps(running.dataDir, ['verify', 'projects', '--json', ...args])
      return { code, ...JSON.parse(stdout).generations[0] }
    }
    const stream = `project-${body['id']}`
    await vi.waitFor(
      async () =>
        expect(await verified()).toMatchObject({ code: 1, findings: [{ stream, found: 'parked' }] }),
      soon,
    )
    expect(await verified('--repair')).toMatchObject({ code: 0, findings: [], repaired: { streams: 1 } })
    expect(await verified()).toMatchObject({ code: 0, clean: true })
  })

  it('is still parked after resubmitting with code that cannot either, and the exit code says so', async () => {
    const running = await runLocalCloud()
    onTestFinished(running.close)
    const ops = (...args: string[]) => runOps(running.dataDir, args)
    const { client, TableName } = developer(running)
    const poison = newCommit({ events: [{ type: 'ProjectSold', schema: 1, data: {} }] })
    const item = toItem({ ...poison, stream: 'project-poison', version: 1 })
    await client.send(new PutItemCommand({ TableName, Item: marshall(item) }))
    await vi.waitFor(
      async () => expect(JSON.parse((await ops('parked', 'list', '--json')).stdout)).toHaveLength(2),
      soon,
    )
    const { code, stdout, stderr } = await ops('parked', 'resubmit', '--all')
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout.match(/STILL PARKED .*"ProjectSold"/g)).toHaveLength(2)
  })
})

describe('npm run ops', () => {
  let dataDir: string
  beforeEach(() => {
    dataDir = newDataDir()
  })
  afterEach(() => removeDataDir(dataDir))

  it('prints how it is used, and fails unless that was asked for', async () => {
    const { code, stdout } = await runOps(dataDir, ['--help'])
    expect(code).toBe(0)
    const commands = ['events show', 'events tail', 'state', 'parked list', 'parked resubmit']
    for (const command of [...commands, 'verify', 'republish']) expect(stdout).toContain(`  ${command}`)
    expect(await runOps(dataDir, [])).toEqual({ code: 1, stdout: '', stderr: `ops: say what\n\n${stdout}` })
    const unknown = await runOps(dataDir, ['parked', 'frobnicate'])
    expect(unknown).toMatchObject({ code: 1, stdout: '' })
    expect(unknown.stderr).toContain('ops: "parked frobnicate" is not a command\n\nnpm run ops -- COMMAND')
  })

  it.each([
    [['parked', 'list', '--frobnicate'], /^ops: Unknown option '--frobnicate'.*\n$/],
    [['parked', 'list', '--version', '1'], /^ops: parked list takes no --version\n$/],
    [['parked', 'list', '--region', 'eu-west-1'], /^ops: --region needs --stack\n$/],
    [['parked', 'list'], /^ops: no local cloud runs on \S+: npm start runs one, .*\n$/],
  ])('%j says in one line what is wrong', async (args, message) => {
    const { code, stdout, stderr } = await runOps(dataDir, args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(message)
  })
})

/** The event store's table, past all of our code. */
function developer({ cloud, config }: RunningCloud) {
  return eventStoreTable({ assembly: inject('assembly'), endpoint: cloud.awsUrl, region: config.region })
}

/** Takes an event that the commands emit away from what the projector and the forwarder know. */
function withoutArchiving({ Resources }: Template, assembly: string): void {
  const { files } = JSON.parse(readFileSync(join(assembly, 'Annals.assets.json'), 'utf8'))
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    if (Type !== 'AWS::Lambda::Function' || !/^(Projector|Forwarder)/.test(id)) continue
    const { S3Key } = Properties['Code'] as { S3Key: string } // as CDK writes it
    const file = join(assembly, files[S3Key.replace('.zip', '')].source.path, 'index.mjs')
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('ProjectArchived', 'ProjectBurnt'))
  }
}

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
  const { port } = server.address() as AddressInfo // it listens on a port
  return `http://127.0.0.1:${port}`
}
