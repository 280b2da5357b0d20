import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AttributeValue, DeleteItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { readAnnouncement } from '../../../infra/local/index.ts'
import { developer } from '../../kit/local-cloud/developer.ts'
import { type RunningCloud, runLocalCloud, type Template } from '../../kit/local-cloud/local-cloud.ts'
import { runOps } from '../../kit/local-cloud/ops-process.ts'
import { mailsTo, type Person, signUp } from '../../kit/people/person.ts'

vi.setConfig({ testTimeout: 60_000 })
const soon = { timeout: 15_000, interval: 50 }

describe('the operator of the read model of projects', () => {
  let running: RunningCloud
  let ann: Person

  const ops = (...args: string[]) => runOps(running.dataDir, args)
  const json = async (...args: string[]) => JSON.parse((await ops(...args, '--json')).stdout)
  const idOf = async (title: string) => String((await ann.command('create-project', { title })).body['id'])

  /** The read model's table, read without any of our own code. */
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

  it('finds a project by a part of its title, ignoring case', async () => {
    const id = await idOf('Lost and found')
    await vi.waitFor(
      async () =>
        expect(await json('find', '--title', 'and FOUND')).toMatchObject([
          { stream: `project-${id}`, value: 'Lost and found' },
        ]),
      soon,
    )
  })

  it('compares the read models with the event store, and repairs what can be repaired', async () => {
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
      stderr: expect.stringMatching(
        /^ops: there is no projection invoices\. The projections are projects, users\b.*\n$/,
      ),
    })
  })

  it('sends events again, which repeats no effect', async () => {
    const from = new Date().toISOString()
    const id = await idOf('Once')
    const to = new Date(Date.now() + 1000).toISOString()
    const told = async () => (await mailsTo(running.config, ann.email)).filter((m) => m.text.includes('Once'))
    await vi.waitFor(async () => expect(await told()).toHaveLength(1), soon)
    expect(await json('republish', `project-${id}`)).toEqual({ streams: 1, sent: 1, unsent: 0, failures: [] })
    expect(await ops('republish', '--from', from, '--to', to)).toEqual({
      code: 0,
      stdout: 'events sent: 1, from streams: 1\n',
      stderr: '',
    })
    const again = (line: string) => /^SendMail.*"repeated":true/.test(line) && line.includes(id)
    await vi.waitFor(() => expect(running.lines.filter(again)).toHaveLength(2), soon)
    expect(await told()).toHaveLength(1)
  })

  it('rebuilds a read model while everything continues, switches queries to it, and rolls back', async () => {
    const before = await idOf('Before')
    const building = ops('replay', 'start', 'projects', '--segments', '2', '--json')
    const meanwhile = await idOf('Meanwhile')
    const { code, stdout } = await building
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { generation: 'projects.v1.2', outcome: 'built' }])
    expect(await json('replay', 'switch', 'projects')).toMatchObject({ live: 'projects.v1.2' })

    const after = await idOf('After')
    const tagOf = async (id: string) =>
      (await ann.query(`/projects/${id}`)).headers.get('etag')?.replace(/\.\d+"$/, '')
    // Queries switch within five seconds. They need no position, because events of that time were delivered to both
    // generations.
    for (const id of [before, meanwhile, after])
      await vi.waitFor(async () => expect(await tagOf(id)).toBe('"projects.v1.2'), soon)
    // The differences that the verification above could not repair in the old generation are not in the new
    // one.
    const { generations } = await json('verify', 'projects')
    expect(generations).toMatchObject([
      expect.objectContaining({ generation: 'projects.v1.1' }),
      { generation: 'projects.v1.2', clean: true, findings: [] },
    ])

    expect(await json('replay', 'rollback', 'projects')).toMatchObject({ live: 'projects.v1.1' })
    await vi.waitFor(async () => expect(await tagOf(after)).toBe('"projects.v1.1'), soon)
    expect(await ops('replay', 'clean', 'projects')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^ops: projects\.v1\.2 may still be read for \d+ s\. Try again after that\n$/,
      ),
    })
  })
})

describe('a project that the deployed code cannot continue', () => {
  it('is listed, and is taken to its end by resubmitting with code that can continue it', async () => {
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
      const event = { type: 'ProjectArchived', version: 2 }
      expect(JSON.parse(stdout)).toMatchObject([
        { by: 'projects.v1.1', ...parked, since, event },
        { by: 'forwarder', ...parked, since, event },
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

  it('is found by verification, which takes it to its end with code that can continue it', async () => {
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
})

/** Removes an event type of the commands from the code of the projector and the forwarder. */
function withoutArchiving({ Resources }: Template, assembly: string): void {
  const { files } = JSON.parse(readFileSync(join(assembly, 'annals-dev-service.assets.json'), 'utf8'))
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    if (Type !== 'AWS::Lambda::Function' || !/^(Projector|Forwarder)/.test(id)) continue
    const { S3Key } = Properties['Code'] as { S3Key: string } // CDK writes this shape
    const file = join(assembly, files[S3Key.replace('.zip', '')].source.path, 'index.mjs')
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('ProjectArchived', 'ProjectBurnt'))
  }
}
