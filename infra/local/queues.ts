import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod'
import { type Journal, openJournal } from './journal.ts'
import { AwsError, type AwsRequest, type AwsService, readInput } from './service.ts'
import { allowOnly, type Properties } from './template.ts'

export interface Queue {
  readonly arn: string
  readonly url: string
  /** Once this returns, the message survives `kill -9`. The attributes are texts by name. */
  send(body: string, attributes?: Readonly<Record<string, string>>): void
}

export interface Queues {
  readonly service: AwsService
  /** Makes the queue of an `AWS::SQS::Queue` whose properties are resolved. Throws where one is not modelled. */
  createQueue(o: { name: string; arn: string; baseUrl: string; properties: Properties }): Queue
  /** Throws where the template declares no such queue. */
  find(arn: string): Queue
}

/** The operations of this repository, and who calls them. */
export const operations = {
  ReceiveMessage: 'the tests, and the operator who looks into a dead-letter queue',
  DeleteMessage: 'the same, once a message is dealt with',
  GetQueueAttributes: 'the same, for how many messages there are',
}

interface Message {
  readonly body: string
  readonly attributes: Readonly<Record<string, string>>
  /** Milliseconds since the epoch, as all times here. */
  readonly sentAt: number
  readonly visibleAt: number
  readonly receives: number
}

interface OpenQueue extends Queue {
  readonly messages: Journal<Message>
  readonly visibilitySeconds: number
  readonly retentionSeconds: number
}

/** Honoured, or without meaning on one machine: encryption, tags. */
const modelled = [
  ...['QueueName', 'MessageRetentionPeriod', 'VisibilityTimeout', 'Tags'],
  ...['KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'SqsManagedSseEnabled'],
]

const wanted = z.array(z.string()).default([])
const inputs = z.object({
  ...{ QueueUrl: z.string(), ReceiptHandle: z.string().default('') },
  ...{ AttributeNames: wanted, MessageSystemAttributeNames: wanted, MessageAttributeNames: wanted },
  MaxNumberOfMessages: z.int().min(1).max(10).default(1),
  VisibilityTimeout: z.int().min(0).max(43_200).optional(),
})
type Input = z.output<typeof inputs>

/**
 * The standard queues of a template, in journals under `dataDir` (SQS API reference). A call never waits for a
 * message. What is in flight appears again after its visibility timeout, a restart or not.
 */
export function openQueues(dataDir: string): Queues {
  const queues = new Map<string, OpenQueue>()

  function named({ QueueUrl }: Input): OpenQueue {
    const queue = queues.get(QueueUrl.replace(/^.*\//, ''))
    if (queue === undefined) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.')
    return queue
  }

  const handlers: Readonly<Record<string, (queue: OpenQueue, input: Input) => object>> = {
    ReceiveMessage(queue, input) {
      const visibleAt = Date.now() + (input.VisibilityTimeout ?? queue.visibilitySeconds) * 1000
      const taken = stored(queue).filter(isVisible).slice(0, input.MaxNumberOfMessages)
      return {
        Messages: taken.map(([id, message]) => {
          const receives = message.receives + 1
          queue.messages.set(id, { ...message, receives, visibleAt })
          const system = { SentTimestamp: message.sentAt, ApproximateReceiveCount: receives }
          return {
            MessageId: id,
            ReceiptHandle: Buffer.from(`${id} ${receives}`).toString('base64url'),
            Body: message.body,
            MD5OfBody: createHash('md5').update(message.body).digest('hex'),
            Attributes: pick(system, [...input.AttributeNames, ...input.MessageSystemAttributeNames], String),
            MessageAttributes: pick(message.attributes, input.MessageAttributeNames, (text) => ({
              ...{ DataType: 'String', StringValue: text },
            })),
          }
        }),
      }
    },
    DeleteMessage({ messages }, { ReceiptHandle }) {
      const [id = '', receives] = Buffer.from(ReceiptHandle, 'base64url').toString().split(' ')
      if (receives === undefined)
        throw new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.')
      // Only the latest handle deletes; an older one is accepted, as the API reference says.
      if (messages.get(id)?.receives === Number(receives)) messages.delete(id)
      return {}
    },
    GetQueueAttributes(queue, { AttributeNames }) {
      const all = stored(queue)
      const visible = all.filter(isVisible).length
      const hidden = { ApproximateNumberOfMessagesNotVisible: all.length - visible, QueueArn: queue.arn }
      return { Attributes: pick({ ApproximateNumberOfMessages: visible, ...hidden }, AttributeNames, String) }
    },
  }

  const read = (request: AwsRequest) => readInput(request, inputs, 'InvalidParameterValue')
  return {
    service: {
      targets: ['AmazonSQS'],
      operations,
      permissions: (request) => [{ action: `sqs:${request.operation}`, resource: named(read(request)).arn }],
      async handle(request) {
        const input = read(request)
        return { status: 200, body: JSON.stringify(handlers[request.operation]?.(named(input), input)) }
      },
    },
    createQueue({ name, arn, baseUrl, properties }) {
      allowOnly(modelled, properties, name)
      const messages = openJournal<Message>(join(dataDir, 'queues', `${name}.jsonl`))
      const queue: OpenQueue = {
        ...{ arn, messages, url: `${baseUrl}/000000000000/${name}` },
        visibilitySeconds: Number(properties['VisibilityTimeout'] ?? 30),
        retentionSeconds: Number(properties['MessageRetentionPeriod'] ?? 345_600),
        send(body, attributes = {}) {
          const now = Date.now()
          messages.set(randomUUID(), { body, attributes, sentAt: now, visibleAt: now, receives: 0 })
        },
      }
      queues.set(name, queue)
      return queue
    },
    find(arn) {
      const queue = [...queues.values()].find((one) => one.arn === arn)
      if (queue === undefined) throw new Error(`The template declares no queue ${arn}`)
      return queue
    },
  }
}

/** What is in a queue, without what has been in it for too long. */
function stored({ messages, retentionSeconds }: OpenQueue): [string, Message][] {
  const oldest = Date.now() - retentionSeconds * 1000
  for (const [id, { sentAt }] of [...messages.entries()]) if (sentAt < oldest) messages.delete(id)
  return [...messages.entries()]
}

function isVisible([, { visibleAt }]: [string, Message]): boolean {
  return visibleAt <= Date.now()
}

/** Those that a call asks for, by name or all of them. */
function pick<T>(values: Readonly<Record<string, T>>, names: readonly string[], show: (value: T) => unknown) {
  const isWanted = (name: string) => names.some((one) => ['All', '.*', name].includes(one))
  const picked = Object.entries(values).filter(([name]) => isWanted(name))
  return Object.fromEntries(picked.map(([name, value]) => [name, show(value)]))
}
