import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, describe, expect, inject, it, vi } from 'vitest'
import { readTemplate } from '../../infra/local/index.ts'
import { type RunningCloud, runLocalCloud } from '../kit/local-cloud/local-cloud.ts'
import { mailsTo, type Person, signIn, signUp } from '../kit/people/person.ts'

let running: RunningCloud
const soon = { timeout: 10_000, interval: 20 }

afterEach(() => running.close())

async function start(retryDelaysMs: number[]): Promise<void> {
  running = await runLocalCloud({ retryDelaysMs })
}

const clientConfig = () => ({
  region: 'eu-west-1',
  endpoint: running.cloud.awsUrl,
  credentials: { accessKeyId: 'developer', secretAccessKey: 'any' },
})

async function subjectsOf({ email }: Person): Promise<string[]> {
  const mails = await mailsTo(running.config, email)
  return mails.map(({ subject }) => subject).toReversed()
}

/** The subject of the mail with the code that confirms an address. */
const code = expect.stringMatching(/verify/i)

/** Number of failures of a reaction so far. */
function failures(name: string): number {
  return running.lines.filter((line) => line.startsWith(name) && line.includes('"reaction failed"')).length
}

function busName(): string {
  const [bus] = readTemplate(inject('assembly')).ofType('AWS::Events::EventBus')
  return String(bus?.properties['Name'])
}

/** Address of the queue for events that the welcome failed at. */
function failureQueue(): string {
  const queues = readTemplate(inject('assembly')).ofType('AWS::SQS::Queue')
  const queue = queues.find(({ logicalId }) => logicalId.startsWith('WelcomeEmail'))
  return `${running.cloud.awsUrl}/000000000000/Annals-${queue?.logicalId}`
}

describe('a person', () => {
  it('is welcomed once', async () => {
    await start([10])
    const ann = await signUp(running.config)
    await vi.waitFor(async () => expect(await subjectsOf(ann)).toHaveLength(2), soon)
    expect(await subjectsOf(ann)).toEqual([code, expect.stringMatching(/welcome/i)])
  })

  it('cannot sign in after deleting their account', async () => {
    await start([10])
    const ann = await signUp(running.config)
    await ann.command('delete-account', {})
    await vi.waitFor(
      () => expect(running.lines.filter((line) => /^DeleteSignIn.*"reacted"/.test(line))).toHaveLength(1),
      soon,
    )
    await expect(signIn(running.config, ann.email)).rejects.toMatchObject({ name: 'NotAuthorizedException' })
  })
})

describe('the same event delivered five times', () => {
  it('sends one mail', async () => {
    await start([10])
    const ann = await signUp(running.config)
    await vi.waitFor(async () => expect(await subjectsOf(ann)).toHaveLength(2), soon)
    const bus = new EventBridgeClient(clientConfig())
    const detail = {
      id: `user-${ann.userId}/1`,
      type: 'UserRegistered',
      schema: 1,
      stream: `user-${ann.userId}`,
      version: 1,
      at: new Date().toISOString(),
      actor: ann.userId,
      correlationId: 'again',
      causationId: 'again',
      data: { userId: ann.userId },
    }
    const entry = {
      EventBusName: busName(),
      Source: 'annals',
      DetailType: detail.type,
      Detail: JSON.stringify(detail),
    }
    const { FailedEntryCount } = await bus.send(new PutEventsCommand({ Entries: Array(5).fill(entry) }))
    expect(FailedEntryCount).toBe(0)
    await vi.waitFor(
      () =>
        expect(
          running.lines.filter((line) => /^WelcomeEmail.*"reacted".*"again".*"repeated":true/.test(line)),
        ).toHaveLength(5),
      soon,
    )
    expect(await subjectsOf(ann)).toHaveLength(2)
  })
})

describe('a mail provider that refuses mail', () => {
  it('temporarily delays the mail', async () => {
    await start([200, 200])
    running.cloud.faults.refuseMail(true)
    const ann = await signUp(running.config)
    await vi.waitFor(() => expect(failures('WelcomeEmail')).toBeGreaterThan(0), soon)
    expect(await subjectsOf(ann)).toEqual([code])
    running.cloud.faults.refuseMail(false)
    await vi.waitFor(async () => expect(await subjectsOf(ann)).toHaveLength(2), soon)
  })

  it('permanently leaves the event in the dead-letter queue', async () => {
    await start([10, 10])
    running.cloud.faults.refuseMail(true)
    const ann = await signUp(running.config)
    await vi.waitFor(() => expect(failures('WelcomeEmail')).toBe(3), soon)
    const sqs = new SQSClient(clientConfig())
    await vi.waitFor(async () => {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: failureQueue(), AttributeNames: ['All'] }),
      )
      expect(Attributes?.['ApproximateNumberOfMessages']).toBe('1')
    }, soon)
    expect(await subjectsOf(ann)).toEqual([code])
  })
})
