import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, describe, expect, inject, it, vi } from 'vitest'
import { readTemplate } from '../../infra/local/index.ts'
import { gaveUp } from '../../workflows/reactions/reaction-queue.ts'
import { type Change, type RunningCloud, runLocalCloud } from '../kit/local-cloud/local-cloud.ts'
import { runOps } from '../kit/local-cloud/ops-process.ts'
import { mailsTo, type Person, signIn, signUp } from '../kit/people/person.ts'

let running: RunningCloud
const soon = { timeout: 10_000, interval: 20 }

afterEach(() => running.close())

async function start(retryDelaysMs: number[], change?: Change): Promise<void> {
  running = await runLocalCloud({ retryDelaysMs }, change)
}

/** Moves a mail to the dead-letter queue after it was received this many times. */
const afterReceives =
  (receives: number): Change =>
  ({ Resources }) => {
    for (const [id, { Properties }] of Object.entries(Resources)) {
      if (/^SendMailQueue[0-9A-F]{8}$/.test(id))
        Object(Properties['RedrivePolicy']).maxReceiveCount = receives
      if (/^SendMail[0-9A-F]{8}$/.test(id))
        Object(Object(Properties['Environment']).Variables).MAX_RECEIVES = String(receives)
    }
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

/** The URL of the dead-letter queue of mail. */
function failureQueue(): string {
  const queues = readTemplate(inject('assembly')).ofType('AWS::SQS::Queue')
  const queue = queues.find(({ logicalId }) => logicalId.startsWith('SendMailFailures'))
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
          running.lines.filter((line) => /^SendMail.*"reacted".*"again".*"repeated":true/.test(line)),
        ).toHaveLength(5),
      soon,
    )
    expect(await subjectsOf(ann)).toHaveLength(2)
  })
})

describe('a mail provider', () => {
  const paused = 'SendingPausedException'

  it('that refuses for a while delays the mail', async () => {
    await start([200])
    running.cloud.faults.refuseMail(true, paused)
    const ann = await signUp(running.config)
    await vi.waitFor(() => expect(failures('SendMail')).toBeGreaterThan(0), soon)
    expect(await subjectsOf(ann)).toEqual([code])
    running.cloud.faults.refuseMail(false)
    await vi.waitFor(async () => expect(await subjectsOf(ann)).toHaveLength(2), soon)

    // An operator follows the request of the registration to its mail.
    const event = `user-${ann.userId}/1`
    const traced = async () => {
      const { stdout } = await runOps(running.dataDir, ['trace', '--event', event, '--json'])
      return JSON.parse(stdout)
    }
    const mailed = { component: 'SendMail', what: `welcome-email ${event}` }
    await vi.waitFor(async () => {
      const { steps } = await traced()
      expect(steps).toContainEqual(expect.objectContaining({ ...mailed, outcome: 'sent', failed: false }))
    }, soon)
    const { correlationId, streams, steps, parked } = await traced()
    expect({ streams, parked }).toEqual({ streams: [`user-${ann.userId}`], parked: [] })
    const order = [
      { component: 'event store', what: `commit user-${ann.userId}`, outcome: 'version 1: UserRegistered' },
      { component: 'Forwarder', what: `forward user-${ann.userId}`, outcome: '1 sent' },
      { ...mailed, failed: true, outcome: expect.stringContaining('reaction failed') },
      { ...mailed, failed: false, outcome: 'sent' },
    ]
    const places = order.map((step) =>
      steps.findIndex((one: object) => expect.objectContaining(step).asymmetricMatch(one)),
    )
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((one, other) => one - other))
    expect(steps).toContainEqual(
      expect.objectContaining({ component: 'Projector', what: `project users.v1.1 user-${ann.userId}` }),
    )
    expect(steps).toContainEqual(expect.objectContaining({ component: 'Registration', outcome: 'done' }))
    const text = await runOps(running.dataDir, ['trace', correlationId])
    expect(text.stdout).toMatch(/SendMail +welcome-email \S+ +FAILED: reaction failed .*SendingPaused/)
  })

  it('that accepts no more for a while postpones the mail, which is no failure', async () => {
    await start([200])
    running.cloud.faults.refuseMail(true)
    const ann = await signUp(running.config)
    const postponed = () => running.lines.filter((line) => /^SendMail.*"event is postponed"/.test(line))
    await vi.waitFor(() => expect(postponed()).toHaveLength(1), soon)
    expect(failures('SendMail')).toBe(0)
    expect(await subjectsOf(ann)).toEqual([code])
    running.cloud.faults.refuseMail(false)
    await vi.waitFor(async () => expect(await subjectsOf(ann)).toHaveLength(2), { ...soon, timeout: 20_000 })
  })

  it('that refuses every time leaves the event in a queue, from which an operator retries it', async () => {
    await start([10], afterReceives(3))
    running.cloud.faults.refuseMail(true, paused)
    const ann = await signUp(running.config)
    const sqs = new SQSClient(clientConfig())
    await vi.waitFor(
      async () => {
        const { Attributes } = await sqs.send(
          new GetQueueAttributesCommand({ QueueUrl: failureQueue(), AttributeNames: ['All'] }),
        )
        expect(Attributes?.['ApproximateNumberOfMessages']).toBe('1')
      },
      { ...soon, timeout: 20_000 },
    )
    expect(failures('SendMail')).toBe(3)
    const moved = running.lines.filter((line) => line.includes(gaveUp))
    expect(moved).toEqual([expect.stringMatching(/^SendMail.*SendMailQueue.*"receives":3/)])
    expect(await subjectsOf(ann)).toEqual([code])

    const ops = async (...args: string[]) => {
      const { code: exit, stdout, stderr } = await runOps(running.dataDir, ['failures', ...args, '--json'])
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
      return JSON.parse(stdout)
    }
    const failed = (messages: number) =>
      expect.arrayContaining([expect.objectContaining({ queue: 'SendMailFailures', messages, inFlight: 0 })])
    expect(await ops('list')).toEqual(failed(1))
    const [shown] = await ops('show', 'SendMailFailures')
    const event = `user-${ann.userId}/1`
    expect(shown).toMatchObject({ subject: 'UserRegistered', event, attempts: 3 })
    running.cloud.faults.refuseMail(false)
    expect(await ops('retry', 'SendMailFailures', '--all')).toMatchObject([
      { id: shown.id, outcome: 'retried', by: 'sent to SendMailQueue' },
    ])
    await vi.waitFor(async () => expect(await subjectsOf(ann)).toHaveLength(2), soon)
    expect(await ops('list')).toEqual(failed(0))
    expect(await ops('retry', 'SendMailFailures', '--all')).toEqual([])
    expect(await subjectsOf(ann)).toEqual([code, expect.stringMatching(/welcome/i)])
  })
})
