import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { App, aws_apigatewayv2, aws_iam, aws_lambda, aws_sqs, Duration, Stack, TimeZone } from 'aws-cdk-lib'
import * as schedules from 'aws-cdk-lib/aws-scheduler'
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type LocalCloud, startLocalCloud } from '../../../../../infra/local/cloud/local-cloud.ts'
import { fieldsOf } from '../../../../../infra/local/cloud/template.ts'
import { newDataDir, removeDataDir } from '../../../../kit/local-cloud/data-dir.ts'
import type { Template } from '../../../../kit/local-cloud/local-cloud.ts'

/** Folder of the code and of the synthesised template. */
let folder: string
let template: Template
let dataDir: string
let cloud: LocalCloud | undefined
const lines: string[] = []
const soon = { timeout: 10_000, interval: 20 }

beforeAll(() => {
  folder = newDataDir()
  template = synthesise()
})
afterAll(() => removeDataDir(folder))
beforeEach(() => {
  dataDir = newDataDir()
  lines.length = 0
})
afterEach(async () => {
  await cloud?.close()
  cloud = undefined
  removeDataDir(dataDir)
})

/** A function with a schedule by a rate and one by a cron expression, as CDK writes them. */
function synthesise(): Template {
  const code = join(folder, 'code')
  mkdirSync(code)
  writeFileSync(
    join(code, 'index.mjs'),
    `export const handler = async (event) => {
      console.log('got ' + JSON.stringify(event))
      if (event.fails) throw new Error('no')
    }`,
  )
  const app = new App({
    outdir: join(folder, 'cdk.out'),
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  })
  const stack = new Stack(app, 'Annals')
  const role = new aws_iam.Role(stack, 'Role', {
    assumedBy: new aws_iam.ServicePrincipal('lambda.amazonaws.com'),
  })
  const sweep = new aws_lambda.Function(stack, 'Function', {
    runtime: aws_lambda.Runtime.NODEJS_20_X,
    handler: 'index.handler',
    role,
    code: aws_lambda.Code.fromAsset(code),
  })
  const deadLetterQueue = new aws_sqs.Queue(stack, 'DeadLetters', { queueName: 'DeadLetters' })
  const { scheduledTime: at, attemptNumber: attempt, scheduleArn: arn } = schedules.ContextAttribute
  const input = schedules.ScheduleTargetInput.fromObject({ at, attempt, arn })
  new schedules.Schedule(stack, 'Sweep', {
    schedule: schedules.ScheduleExpression.rate(Duration.hours(1)),
    target: new LambdaInvoke(sweep, { input, deadLetterQueue, retryAttempts: 2 }),
  })
  new schedules.Schedule(stack, 'Invoices', {
    schedule: schedules.ScheduleExpression.cron({
      minute: '0',
      hour: '6',
      day: '1',
      timeZone: TimeZone.EUROPE_BERLIN,
    }),
    target: new LambdaInvoke(sweep, { input: schedules.ScheduleTargetInput.fromObject({ fails: true }) }),
    timeWindow: schedules.TimeWindow.flexible(Duration.minutes(15)),
  })
  const api = new aws_apigatewayv2.CfnApi(stack, 'Api', { name: 'Api', protocolType: 'HTTP' })
  new aws_apigatewayv2.CfnStage(stack, 'Stage', { apiId: api.ref, stageName: '$default' })
  return app.synth().getStackByName('Annals').template
}

/** Starts the local cloud on the data folder, with the template. Returns the logical ids. */
async function start(changed = template) {
  const assembly = join(folder, 'cdk.out')
  writeFileSync(join(assembly, 'Annals.template.json'), JSON.stringify(changed))
  cloud = await startLocalCloud({
    assembly: () => assembly,
    dataDir,
    port: 0,
    awsPort: 0,
    region: 'eu-west-1',
    allowRemote: false,
    groups: [],
    retryDelaysMs: [10],
    log: (source, message) => lines.push(`${source} ${message}`),
  })
  const url = `${cloud.awsUrl}/_local/schedules`
  const listed: { logicalId: string }[] = JSON.parse(await (await fetch(url)).text())
  const [sweep = '', invoices = ''] = listed.map(({ logicalId }) => logicalId)
  return {
    awsUrl: cloud.awsUrl,
    sweep,
    invoices,
    run: (id: string) => fetch(`${url}/${id}`, { method: 'POST' }),
  }
}

const received = () => lines.filter((line) => line.includes('got {'))
const toHaveReceived = (times: number) => vi.waitFor(() => expect(received()).toHaveLength(times), soon)

describe('a schedule of the template', () => {
  it('invokes its function, and after a restart only when it is due or someone asks', async () => {
    const { sweep } = await start()
    await toHaveReceived(1)
    const name = `arn:aws:scheduler:eu-west-1:000000000000:schedule/default/Annals-${sweep}`
    expect(received()[0]).toMatch(/"at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ","attempt":"1"/)
    expect(received()[0]).toContain(`"arn":"${name}"`)
    expect(lines).toContainEqual(expect.stringMatching(`^${sweep} runs for .*Z, next for .*Z$`))

    await cloud?.close()
    const again = await start()
    const answer = await again.run(sweep)
    expect([answer.status, await answer.json()]).toEqual([202, { scheduledTime: expect.any(String) }])
    await toHaveReceived(2)
    expect(lines.filter((line) => line.startsWith(`${sweep} runs for`))).toHaveLength(2)
  })

  it('leaves retries of a failed function to Lambda', async () => {
    const { invoices, run } = await start()
    await toHaveReceived(1)
    await run(invoices)
    await toHaveReceived(4)
    expect(received().slice(1)).toEqual(Array(3).fill(expect.stringContaining('got {"fails":true}')))
  })

  it('that cannot be handed over moves to its dead-letter queue', async () => {
    const { awsUrl, sweep, run } = await start()
    await toHaveReceived(1)
    // Makes the file unwritable.
    const file = join(dataDir, 'async-invocations.jsonl')
    rmSync(file, { force: true })
    mkdirSync(file)
    await run(sweep)
    const sqs = new SQSClient({
      endpoint: awsUrl,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    })
    const QueueUrl = `${awsUrl}/000000000000/DeadLetters`
    const receive = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] })
    const message = await vi.waitFor(async () => {
      const { Messages: [first] = [] } = await sqs.send(receive)
      expect(first).toBeDefined()
      return first
    }, soon)
    expect(message?.Body).toContain('"attempt":"3"')
    expect(message?.MessageAttributes).toMatchObject({
      RETRY_ATTEMPTS: { StringValue: '2' },
      ERROR_MESSAGE: { StringValue: expect.stringContaining('EISDIR') },
    })
  })
})

/** The template without the policy statements that match `isMeant`. */
function without(isMeant: (statement: { Action?: unknown; Principal?: unknown }) => boolean): Template {
  const kept = JSON.stringify(template, (name, value) =>
    name === 'Statement' ? value.filter((statement: object) => !isMeant(statement)) : value,
  )
  return JSON.parse(kept)
}

describe('the start fails', () => {
  it.each([
    [
      'invoke the function',
      'lambda:InvokeFunction',
      'arn:aws:lambda:eu-west-1:000000000000:function:Annals-Function',
    ],
    ['send to the dead-letter queue', 'sqs:SendMessage', 'arn:aws:sqs:eu-west-1:000000000000:DeadLetters'],
  ])('if the role of a schedule may not %s', async (_, action, resource) => {
    await expect(start(without(({ Action }) => Action === action))).rejects.toThrow(
      `is not authorized to perform: ${action} on resource: ${resource}`,
    )
  })

  it('if EventBridge Scheduler may not assume the role', async () => {
    const changed = without(({ Principal }) => /scheduler/.test(JSON.stringify(Principal)))
    await expect(start(changed)).rejects.toThrow(
      /^The trust policy of Scheduler\w+ does not let scheduler\.amazonaws\.com assume it for arn:\S+\/default$/,
    )
  })

  it('if the function of a schedule does not exist', async () => {
    const changed = structuredClone(template)
    for (const { Type, Properties } of Object.values(changed.Resources)) {
      if (Type === 'AWS::Scheduler::Schedule')
        Properties['Target'] = { ...fieldsOf(Properties['Target']), Arn: 'arn:aws:lambda:::Other' }
    }
    await expect(start(changed)).rejects.toThrow('Function not found: arn:aws:lambda:::Other')
  })
})
