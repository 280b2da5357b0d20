import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod'
import { allowOnly, fieldsOf, type Properties } from '../../cloud/template.ts'
import { AwsError, type AwsRequest, type AwsService, readInput } from '../../gateway/aws-service.ts'
import { type Journal, openJournal } from '../../storage/journal.ts'
import { sqsOperations } from './operations.ts'

/** A message as it is received. */
export interface ReceivedMessage {
  readonly id: string
  readonly receiptHandle: string
  readonly body: string
  readonly attributes: Readonly<Record<string, string>>
  /** What SQS says of it, by its names. */
  readonly system: Readonly<Record<string, string>>
}

export interface Queue {
  readonly arn: string
  readonly url: string
  /** Once this returns, the message survives `kill -9`. The attributes are texts by name. */
  send(body: string, attributes?: Readonly<Record<string, string>>): void
  /** Up to so many messages, hidden from now on for the queue's visibility timeout or the one given. */
  receive(most: number, visibilitySeconds?: number): ReceivedMessage[]
  /** Only the latest handle of a message deletes it; an older one is accepted, as the API reference says. */
  delete(receiptHandle: string): void
  readonly visibilitySeconds: number
  /** Calls the listener after each message that was sent. Returns how to stop that. */
  onSend(listener: () => void): () => void
}

export interface Queues {
  readonly service: AwsService
  /** Makes the queue of an `AWS::SQS::Queue` whose properties are resolved. Throws where one is not modelled. */
  createQueue(o: { name: string; arn: string; baseUrl: string; properties: Properties }): Queue
  /** Throws where the template declares no such queue. */
  find(arn: string): Queue
  /** Throws where a queue is to move messages to one that the template does not declare. */
  checkRedrives(): void
}

interface Message {
  readonly body: string
  readonly attributes: Readonly<Record<string, string>>
  /** Milliseconds since the epoch, as all times here. */
  readonly sentAt: number
  readonly visibleAt: number
  readonly receives: number
  readonly firstReceivedAt?: number | undefined
}

interface OpenQueue extends Queue {
  readonly messages: Journal<Message>
  readonly retentionSeconds: number
  /** The queue for what was received too often. */
  readonly deadLetters: string | undefined
}

/** Honoured, or without meaning on one machine: encryption, tags. */
const modelled = [
  'QueueName',
  'MessageRetentionPeriod',
  'VisibilityTimeout',
  'Tags',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
  'RedrivePolicy',
]

const wanted = z.array(z.string()).default([])
const inputs = z.object({
  QueueUrl: z.string(),
  ReceiptHandle: z.string().default(''),
  AttributeNames: wanted,
  MessageSystemAttributeNames: wanted,
  MessageAttributeNames: wanted,
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
  const findOpen = (arn: string): OpenQueue => {
    const queue = [...queues.values()].find((one) => one.arn === arn)
    if (queue === undefined) throw new Error(`The template declares no queue ${arn}`)
    return queue
  }

  function named({ QueueUrl }: Input): OpenQueue {
    const queue = queues.get(QueueUrl.replace(/^.*\//, ''))
    if (queue === undefined) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.')
    return queue
  }

  const handlers: Readonly<Record<string, (queue: OpenQueue, input: Input) => object>> = {
    ReceiveMessage: (queue, input) => ({
      Messages: queue.receive(input.MaxNumberOfMessages, input.VisibilityTimeout).map((message) => ({
        MessageId: message.id,
        ReceiptHandle: message.receiptHandle,
        Body: message.body,
        MD5OfBody: md5(message.body),
        Attributes: pick(
          message.system,
          [...input.AttributeNames, ...input.MessageSystemAttributeNames],
          String,
        ),
        MessageAttributes: pick(message.attributes, input.MessageAttributeNames, (text) => ({
          DataType: 'String',
          StringValue: text,
        })),
      })),
    }),
    DeleteMessage(queue, { ReceiptHandle }) {
      queue.delete(ReceiptHandle)
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
      operations: sqsOperations,
      permissions: (request) => [{ action: `sqs:${request.operation}`, resource: named(read(request)).arn }],
      async handle(request) {
        const input = read(request)
        return { status: 200, body: JSON.stringify(handlers[request.operation]?.(named(input), input)) }
      },
    },
    createQueue({ name, arn, baseUrl, properties }) {
      allowOnly(modelled, properties, name)
      const redrive = redriveOf(properties, name)
      const messages = openJournal<Message>(join(dataDir, 'queues', `${name}.jsonl`))
      const listeners = new Set<() => void>()
      const visibilitySeconds = Number(properties['VisibilityTimeout'] ?? 30)

      /** Moves what was received too often, with what is known of it, and gives the rest. */
      function withoutDead(all: [string, Message][]): [string, Message][] {
        if (redrive === undefined) return all
        const dead = all.filter(([, { receives }]) => receives >= redrive.maxReceives)
        for (const [id, message] of dead) {
          findOpen(redrive.target).messages.set(id, message)
          messages.delete(id)
        }
        return all.filter((one) => !dead.includes(one))
      }

      const queue: OpenQueue = {
        arn,
        messages,
        visibilitySeconds,
        url: `${baseUrl}/000000000000/${name}`,
        deadLetters: redrive?.target,
        retentionSeconds: Number(properties['MessageRetentionPeriod'] ?? 345_600),
        send(body, attributes = {}) {
          const now = Date.now()
          messages.set(randomUUID(), { body, attributes, sentAt: now, visibleAt: now, receives: 0 })
          for (const listener of listeners) listener()
        },
        receive(most, hiddenSeconds = visibilitySeconds) {
          const now = Date.now()
          const visible = withoutDead(stored(queue).filter(isVisible))
          return visible.slice(0, most).map(([id, message]) => {
            const receives = message.receives + 1
            const firstReceivedAt = message.firstReceivedAt ?? now
            messages.set(id, { ...message, receives, firstReceivedAt, visibleAt: now + hiddenSeconds * 1000 })
            return received(id, { ...message, receives, firstReceivedAt })
          })
        },
        delete(receiptHandle) {
          const [id = '', receives] = Buffer.from(receiptHandle, 'base64url').toString().split(' ')
          if (receives === undefined)
            throw new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.')
          if (messages.get(id)?.receives === Number(receives)) messages.delete(id)
        },
        onSend(listener) {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
      }
      queues.set(name, queue)
      return queue
    },
    find: findOpen,
    checkRedrives() {
      for (const { deadLetters } of queues.values()) if (deadLetters !== undefined) findOpen(deadLetters)
    },
  }
}

/** After how many receives a message is moved where. */
function redriveOf(properties: Properties, name: string) {
  if (properties['RedrivePolicy'] === undefined) return undefined
  const policy = fieldsOf(properties['RedrivePolicy'])
  allowOnly(['deadLetterTargetArn', 'maxReceiveCount'], policy, `${name}.RedrivePolicy`)
  const { deadLetterTargetArn: target, maxReceiveCount } = policy
  const maxReceives = Number(maxReceiveCount)
  if (typeof target !== 'string' || !(maxReceives >= 1 && maxReceives <= 1000))
    throw new Error(`${name}.RedrivePolicy is not valid: ${JSON.stringify(policy)}`)
  return { target, maxReceives }
}

function received(id: string, { body, attributes, sentAt, receives, firstReceivedAt }: Message) {
  const system = {
    ApproximateReceiveCount: `${receives}`,
    SentTimestamp: `${sentAt}`,
    SenderId: '000000000000',
    ApproximateFirstReceiveTimestamp: `${firstReceivedAt}`,
  }
  return {
    id,
    body,
    attributes,
    system,
    receiptHandle: Buffer.from(`${id} ${receives}`).toString('base64url'),
  }
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
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
