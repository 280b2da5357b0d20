import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type LocalCloud, startLocalCloud } from '../../../../../infra/local/cloud/local-cloud.ts'
import { newDataDir, removeDataDir } from '../../../../kit/local-cloud/data-dir.ts'
import { type Change, changedAssembly, type Template } from '../../../../kit/local-cloud/local-cloud.ts'
import { task } from '../../../../kit/local-cloud/state-machine.ts'
import { until } from '../../../../kit/until.ts'

const region = 'eu-west-1'
const machineArn = `arn:aws:states:${region}:000000000000:stateMachine:Annals-Uploads`
const closers: (() => unknown)[] = []
let lines: string[] = []
let dataDir = ''

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A function that fails as its input says, or hangs on its first call. */
const code = `import { existsSync, writeFileSync } from 'node:fs'
export async function handler({ fail, hang, ...rest }) {
  if (fail) throw Object.assign(new Error('The quota is used up'), { name: fail })
  if (hang && !existsSync(hang)) {
    writeFileSync(hang, String(process.pid))
    await new Promise((done) => setTimeout(done, 600_000))
  }
  return rest
}`

const role = { Type: 'AWS::IAM::Role', Properties: {} }
const policy = (roleId: string, Action: string, Resource: unknown) => ({
  Type: 'AWS::IAM::Policy',
  Properties: {
    PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource }] },
    PolicyName: roleId,
    Roles: [{ Ref: roleId }],
  },
})
const attribute = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] })

const Retry = [{ ErrorEquals: ['Runtime.ExitError'], IntervalSeconds: 1 }]
const definition = JSON.stringify({
  QueryLanguage: 'JSONata',
  StartAt: 'Work',
  States: {
    Work: task('FUNCTION', { Retry, Assign: { seconds: '{% $states.input.seconds %}' }, Next: 'Pause' }),
    Pause: { Type: 'Wait', Seconds: '{% $seconds %}', End: true },
  },
})

/** Adds a state machine, its function, a rule that starts it, and the roles of all three to a template. */
const withMachine: Change = ({ Resources }, assembly) => {
  const folder = join(assembly, 'asset.work')
  mkdirSync(folder)
  writeFileSync(join(folder, 'index.mjs'), code)
  const assets = join(assembly, 'annals-dev-service.assets.json')
  const manifest = JSON.parse(readFileSync(assets, 'utf8'))
  manifest.files.work = { source: { path: 'asset.work' }, destinations: { one: { objectKey: 'work.zip' } } }
  writeFileSync(assets, JSON.stringify(manifest))

  const Target = {
    Id: 'Target0',
    Arn: { Ref: 'Uploads' },
    RoleArn: attribute('RuleRole'),
    InputTransformer: { InputPathsMap: { key: '$.detail.key' }, InputTemplate: '{"key":<key>,"seconds":0}' },
  }
  Object.assign(Resources, {
    WorkRole: role,
    Work: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Key: 'work.zip' },
        Handler: 'index.handler',
        Runtime: 'nodejs22.x',
        Timeout: 60,
        Role: attribute('WorkRole'),
      },
    },
    MachineRole: role,
    MachinePolicy: policy('MachineRole', 'lambda:InvokeFunction', attribute('Work')),
    Uploads: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        DefinitionString: { 'Fn::Sub': definition.replace('FUNCTION', `\${Work.Arn}`) },
        RoleArn: attribute('MachineRole'),
      },
    },
    RuleRole: role,
    RulePolicy: policy('RuleRole', 'states:StartExecution', { Ref: 'Uploads' }),
    UploadRule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { 'detail-type': ['Object Created'] },
        State: 'ENABLED',
        Targets: [Target],
      },
    },
  })
}

function newAssembly(change: (template: Template) => void = () => {}): string {
  const folder = newDataDir()
  closers.push(() => removeDataDir(folder))
  return changedAssembly(join(folder, 'cdk.out'), (template, assembly) => {
    withMachine(template, assembly)
    change(template)
  })
}

function newFolder(): void {
  const folder = newDataDir()
  closers.push(() => removeDataDir(folder))
  dataDir = folder
  lines = []
}

async function start(assembly: string): Promise<LocalCloud> {
  const cloud = await startLocalCloud({
    assembly: () => assembly,
    dataDir,
    port: 0,
    awsPort: 0,
    region,
    allowRemote: false,
    groups: [],
    log: (source, message) => lines.push(`${source} ${message}`),
  })
  closers.push(cloud.close)
  return cloud
}

/** The settings of a client of a local cloud. */
function clientOf(endpoint: string) {
  const config = { endpoint, region, credentials: { accessKeyId: 'anyone', secretAccessKey: 'any' } }
  const sfn = new SFNClient(config)
  return {
    events: new EventBridgeClient(config),
    async begin(input: object, name?: string) {
      const command = new StartExecutionCommand({
        stateMachineArn: machineArn,
        input: JSON.stringify(input),
        name,
      })
      return (await sfn.send(command)).executionArn ?? ''
    },
    async list() {
      return (await sfn.send(new ListExecutionsCommand({ stateMachineArn: machineArn }))).executions ?? []
    },
    async types(executionArn: string) {
      const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }))
      return events.map(({ type }) => type)
    },
    ended: (executionArn: string, status = 'SUCCEEDED') =>
      vi.waitFor(
        async () => {
          const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }))
          expect(execution.status).toBe(status)
          return execution
        },
        { timeout: 15_000, interval: 100 },
      ),
  }
}

describe('a state machine of a template', () => {
  it('runs its functions, whose failures have their names, and which run again after a kill', async () => {
    newFolder()
    const cloud = await start(newAssembly())
    const { begin, ended, types } = clientOf(cloud.awsUrl)
    expect(await ended(await begin({ a: 1, seconds: 0 }))).toMatchObject({ output: '{"a":1,"seconds":0}' })
    const failed = await ended(await begin({ fail: 'NoRoom', seconds: 0 }), 'FAILED')
    expect(failed.error).toBe('NoRoom')
    expect(JSON.parse(failed.cause ?? '')).toMatchObject({ errorMessage: 'The quota is used up' })
    const hanging = join(dataDir, 'hanging')
    const killed = await begin({ hang: hanging, seconds: 0 })
    // Only a kill after this file is written finds the function hanging. An earlier kill would make the next
    // call hang.
    await vi.waitFor(() => expect(Number(readFileSync(hanging, 'utf8'))).toBeGreaterThan(0), {
      timeout: 10_000,
    })
    process.kill(Number(readFileSync(hanging, 'utf8')), 'SIGKILL')
    await ended(killed)
    expect((await types(killed)).filter((type) => type === 'TaskFailed')).toHaveLength(1)
    expect(lines.join('\n')).toMatch(/^Uploads \S+ Work failed, again in 1 s: Runtime.ExitError: /m)
  })

  it("is started by a rule, once per event, with the rule's input", async () => {
    newFolder()
    const { events, list, ended } = clientOf((await start(newAssembly())).awsUrl)
    const entry = { Source: 'aws.s3', DetailType: 'Object Created', Detail: '{"key":"a.png"}' }
    const { Entries = [] } = await events.send(new PutEventsCommand({ Entries: [entry] }))
    await vi.waitFor(async () => expect(await list()).toHaveLength(1), { timeout: 10_000 })
    const [execution] = await list()
    expect(execution?.name).toMatch(new RegExp(`^${Entries[0]?.EventId}_`))
    expect(await ended(execution?.executionArn ?? '')).toMatchObject({
      input: '{"key":"a.png","seconds":0}',
      output: '{"key":"a.png","seconds":0}',
    })
  })

  it.each<[string, (template: Template) => void, RegExp]>([
    [
      'whose role may not call its function',
      ({ Resources }) => delete Resources['MachinePolicy'],
      /MachineRole\S* is not authorized to perform: lambda:InvokeFunction on resource: \S+:function:Annals-Work /,
    ],
    [
      'that a rule may not start',
      ({ Resources }) => delete Resources['RulePolicy'],
      /RuleRole\S* is not authorized to perform: states:StartExecution on resource: \S+:Annals-Uploads /,
    ],
    [
      'that calls a missing function',
      ({ Resources }) =>
        Object.assign(Resources['Uploads']?.Properties ?? {}, {
          DefinitionString: definition.replace('FUNCTION', 'Other'),
        }),
      /Function not found: Other/,
    ],
    [
      'with an unmodelled property',
      ({ Resources }) =>
        Object.assign(Resources['Uploads']?.Properties ?? {}, { EncryptionConfiguration: {} }),
      /Uploads.EncryptionConfiguration is not modelled/,
    ],
  ])('%s fails the start', async (_, change, message) => {
    newFolder()
    await expect(start(newAssembly(change))).rejects.toThrow(message)
  })

  it('resumes at its position after kill -9 of the local cloud, in a task and in a wait', async () => {
    newFolder()
    const assembly = newAssembly()
    const first = await startToBeKilled(assembly)
    const before = clientOf(first.awsUrl)
    const inTask = await before.begin({ hang: join(dataDir, 'hanging'), seconds: 0 }, 'task')
    await until(async () => (await before.types(inTask)).includes('TaskStarted'), {
      what: first.output,
      timeoutMs: 10_000,
    })
    const inWait = await before.begin({ seconds: 6 }, 'wait')
    await until(() => first.output().includes('wait entered Pause'), {
      what: first.output,
      timeoutMs: 10_000,
    })
    await first.kill()

    const { ended, types } = clientOf((await start(assembly)).awsUrl)
    expect(await ended(inTask)).toMatchObject({ output: '{"seconds":0}' })
    const { startDate, stopDate } = await ended(inWait)
    expect(Number(stopDate) - Number(startDate)).toBeGreaterThanOrEqual(6000)
    const count = async (arn: string, type: string) => (await types(arn)).filter((one) => one === type).length
    expect([await count(inTask, 'TaskStateEntered'), await count(inTask, 'TaskScheduled')]).toEqual([1, 2])
    expect([await count(inWait, 'WaitStateEntered'), await count(inWait, 'TaskScheduled')]).toEqual([1, 1])
    expect(lines).toEqual(expect.arrayContaining(['Uploads task resumes', 'Uploads wait resumes']))
  }, 60_000)
})

/** Starts a local cloud in a separate process. */
async function startToBeKilled(assembly: string) {
  const cloudFile = fileURLToPath(new URL('../../../../../infra/local/cloud/local-cloud.ts', import.meta.url))
  const program = `
    import { startLocalCloud } from ${JSON.stringify(cloudFile)}
    const [assembly, dataDir] = process.argv.slice(-2)
    const cloud = await startLocalCloud({
      assembly: () => assembly, dataDir, port: 0, awsPort: 0, region: '${region}', allowRemote: false, groups: [],
      log: (source, message) => console.log(source, message),
    })
    console.log('ready ' + cloud.awsUrl)`
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', program, assembly, dataDir],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  closers.push(() => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const url = () => /^ready (\S+)$/m.exec(output)?.[1]
  await until(() => url() !== undefined, { what: () => output, timeoutMs: 30_000 })
  return {
    awsUrl: url() ?? '',
    output: () => output,
    kill: () =>
      new Promise<void>((resolve) => {
        child.once('close', () => resolve())
        child.kill('SIGKILL')
      }),
  }
}
