import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Queue } from '../../../../../infra/local/services/sqs/queue.ts'
import { openQueues, type Queues } from '../../../../../infra/local/services/sqs/service.ts'
import { dataDir, serve, withDataDir } from '../../../../kit/local-cloud/local-service.ts'

const arn = 'arn:aws:sqs:eu-west-1:000000000000:DeadLetters'
const lines: string[] = []
let queue: Queue
let queues: Queues
let client: SQSClient

withDataDir()
beforeEach(() => open())
afterEach(() => void vi.useRealTimers())

/** Opens the data folder as the local cloud does when it starts. */
async function open(properties = {}): Promise<void> {
  queues = openQueues({ dataDir, log: (source, line) => void lines.push(`${source} ${line}`) })
  queue = create('DeadLetters', properties)
  client = new SQSClient(await serve(queues.service))
}

function create(name: string, properties = {}): Queue {
  const baseUrl = 'http://127.0.0.1:4566'
  return queues.createQueue({ name, arn: arn.replace('DeadLetters', name), baseUrl, properties })
}

async function receive(input: Partial<ReceiveMessageCommandInput> = {}) {
  const answer = await client.send(new ReceiveMessageCommand({ QueueUrl: queue.url, ...input }))
  return answer.Messages ?? []
}

const remove = (ReceiptHandle: string | undefined) =>
  client.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }))

async function count(...AttributeNames: 'ApproximateNumberOfMessages'[]) {
  const all = AttributeNames.length > 0 ? AttributeNames : (['All'] as const)
  const command = new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: [...all] })
  return (await client.send(command)).Attributes
}

function pass(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
}

describe('a queue', () => {
  it('is called by a URL that ends with its name', () => {
    expect(queue.url).toBe('http://127.0.0.1:4566/000000000000/DeadLetters')
  })

  it('returns a message with the attributes that the call names', async () => {
    queue.send('body', { RULE_ARN: 'a rule', ERROR_CODE: 'NO_RESOURCE' })
    const [message] = await receive({
      MessageAttributeNames: ['ERROR_CODE'],
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    })
    expect(message).toMatchObject({
      Body: 'body',
      MD5OfBody: '841a2d689ad86bd1611447453c22c6fc',
      Attributes: { ApproximateReceiveCount: '1' },
    })
    expect(message?.MessageAttributes).toEqual({
      ERROR_CODE: { DataType: 'String', StringValue: 'NO_RESOURCE' },
    })
  })

  it('returns nothing if it is empty', async () => {
    expect(await receive()).toEqual([])
  })

  it('returns one message, or as many as requested', async () => {
    for (const body of ['1', '2', '3']) queue.send(body)
    expect(await receive()).toHaveLength(1)
    expect(await receive({ MaxNumberOfMessages: 10 })).toHaveLength(2)
  })

  it('hides a message for its visibility timeout, 30 s by default, and counts its receives', async () => {
    queue.send('body')
    await receive()
    pass(29)
    expect(await receive()).toEqual([])
    pass(2)
    const [again] = await receive({ MessageSystemAttributeNames: ['All'], VisibilityTimeout: 0 })
    expect(again?.Attributes).toMatchObject({ ApproximateReceiveCount: '2' })
    expect(await receive()).toHaveLength(1)
  })

  it('shows a message again, or hides it for longer, as the holder of its latest handle says', async () => {
    queue.send('body')
    const change = (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
      client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout }),
      )
    const [first] = await receive()
    await change(first?.ReceiptHandle, 0)
    const [second] = await receive()
    expect(second?.Body).toBe('body')
    await change(first?.ReceiptHandle, 0)
    expect(await receive()).toEqual([])
    await change(second?.ReceiptHandle, 60)
    pass(59)
    expect(await receive()).toEqual([])
    pass(2)
    expect(await receive()).toHaveLength(1)
  })

  it('counts its messages, separately those in flight', async () => {
    for (const body of ['1', '2', '3']) queue.send(body)
    await receive()
    expect(await count()).toEqual({
      ApproximateNumberOfMessages: '2',
      ApproximateNumberOfMessagesNotVisible: '1',
      QueueArn: arn,
      VisibilityTimeout: '30',
      MessageRetentionPeriod: '345600',
    })
    expect(await count('ApproximateNumberOfMessages')).toEqual({ ApproximateNumberOfMessages: '2' })
  })

  it('forgets a deleted message', async () => {
    queue.send('body')
    const [message] = await receive({ VisibilityTimeout: 0 })
    await remove(message?.ReceiptHandle)
    expect(await receive()).toEqual([])
  })

  it('keeps a message if it is deleted with an outdated handle', async () => {
    queue.send('body')
    const [first] = await receive({ VisibilityTimeout: 0 })
    await receive({ VisibilityTimeout: 0 })
    await remove(first?.ReceiptHandle)
    expect(await receive()).toHaveLength(1)
  })

  it('keeps messages for four days, or as the template says', async () => {
    queue.send('body')
    pass(345_599)
    expect(await count('ApproximateNumberOfMessages')).toEqual({ ApproximateNumberOfMessages: '1' })
    pass(2)
    expect(await count('ApproximateNumberOfMessages')).toEqual({ ApproximateNumberOfMessages: '0' })
    await open({ MessageRetentionPeriod: 60, VisibilityTimeout: 0 })
    queue.send('body')
    pass(61)
    expect(await receive()).toEqual([])
  })

  it('keeps its messages across a restart of the local cloud', async () => {
    queue.send('body', { ERROR_CODE: 'NO_RESOURCE' })
    await open()
    const [message] = await receive({ MessageAttributeNames: ['All'] })
    expect(message).toMatchObject({ Body: 'body', MessageAttributes: { ERROR_CODE: {} } })
  })

  it.each([
    ['an unknown queue', { QueueUrl: 'http://127.0.0.1/000000000000/Other' }, 'QueueDoesNotExist'],
    ['too many messages', { MaxNumberOfMessages: 11 }, 'InvalidParameterValue'],
  ])('refuses %s as SQS does', async (_, input, name) => {
    await expect(receive(input)).rejects.toMatchObject({ name })
  })

  it('refuses a handle that it never returned', async () => {
    await expect(remove('nonsense')).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' })
  })

  it('moves a message with the maximum number of receives when it would become visible again', async () => {
    const RedrivePolicy = { deadLetterTargetArn: arn, maxReceiveCount: 2 }
    const source = create('Failures', { RedrivePolicy, VisibilityTimeout: 0 })
    source.send('body', { ERROR_CODE: 'NO_RESOURCE' })
    const QueueUrl = source.url
    const [first] = await receive({ QueueUrl })
    expect(await receive({ QueueUrl })).toHaveLength(1)
    expect(await receive()).toEqual([])
    expect(await receive({ QueueUrl })).toEqual([])
    const [dead] = await receive({ MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'] })
    expect(dead).toMatchObject({
      MessageId: first?.MessageId,
      Body: 'body',
      MessageAttributes: { ERROR_CODE: {} },
      Attributes: { ApproximateReceiveCount: '3' },
    })
    expect(lines.at(-1)).toBe(`queue Failures moved message ${first?.MessageId} to DeadLetters after 2 tries`)
  })

  it('keeps a moved message no longer than if it had been sent there', async () => {
    const RedrivePolicy = { deadLetterTargetArn: arn, maxReceiveCount: 1 }
    const source = create('Failures', {
      RedrivePolicy,
      VisibilityTimeout: 0,
      MessageRetentionPeriod: 1_209_600,
    })
    source.send('body')
    await receive({ QueueUrl: source.url })
    pass(345_000)
    await receive({ QueueUrl: source.url })
    expect(await count('ApproximateNumberOfMessages')).toEqual({ ApproximateNumberOfMessages: '1' })
    pass(601)
    expect(await count('ApproximateNumberOfMessages')).toEqual({ ApproximateNumberOfMessages: '0' })
  })

  it.each([
    [{ deadLetterTargetArn: arn, maxReceiveCount: 0 }, 'Failures.RedrivePolicy is not valid'],
    [{ deadLetterTargetArn: arn, maxReceiveCount: 1001 }, 'Failures.RedrivePolicy is not valid'],
    [{ maxReceiveCount: 5 }, 'Failures.RedrivePolicy is not valid'],
    [
      { deadLetterTargetArn: arn, maxReceiveCount: 5, other: 1 },
      'Failures.RedrivePolicy.other is not modelled',
    ],
  ])('refuses the redrive policy %j', (RedrivePolicy, message) => {
    expect(() => create('Failures', { RedrivePolicy })).toThrow(message)
  })

  it('with an undeclared dead-letter queue is refused before any message arrives', () => {
    create('Failures', { RedrivePolicy: { deadLetterTargetArn: `${arn}s`, maxReceiveCount: 5 } })
    expect(() => queues.checkRedrives()).toThrow(`The template declares no queue ${arn}s`)
  })

  it('refuses an unmodelled property by its name', async () => {
    await expect(open({ FifoQueue: true })).rejects.toThrow('DeadLetters.FifoQueue is not modelled')
  })
})
