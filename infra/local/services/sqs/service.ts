import { join } from 'node:path'
import * as z from 'zod'
import { account } from '../../cloud/resource-names.ts'
import type { Properties } from '../../cloud/template.ts'
import {
  AwsError,
  type AwsRequest,
  type AwsService,
  type Log,
  type Permission,
  readInput,
} from '../../gateway/aws-service.ts'
import { sqsOperations } from './operations.ts'
import { md5, type OpenQueue, openQueue, type Queue } from './queue.ts'
import { readQueue } from './template.ts'

export interface Queues {
  readonly service: AwsService
  /** Creates the queue of an `AWS::SQS::Queue` with resolved properties. Throws if a property is not modelled. */
  createQueue(o: { name: string; arn: string; baseUrl: string; properties: Properties }): Queue
  /** Returns the queue with this ARN. Throws if the template declares no such queue. */
  find(arn: string): Queue
  /** Throws if the template does not declare the dead-letter queue of a queue. */
  checkRedrives(): void
}

const wanted = z.array(z.string()).default([])
const listInput = z.object({ QueueNamePrefix: z.string().default('') })
const urlInput = z.object({ QueueName: z.string() })
const inputs = z.object({
  QueueUrl: z.string(),
  ReceiptHandle: z.string().default(''),
  AttributeNames: wanted,
  MessageSystemAttributeNames: wanted,
  MessageAttributeNames: wanted,
  MaxNumberOfMessages: z.int().min(1).max(10).default(1),
  VisibilityTimeout: z.int().min(0).max(43_200).optional(),
  MessageBody: z.string().default(''),
  DelaySeconds: z.int().min(0).max(900).default(0),
  MessageAttributes: z
    .record(z.string(), z.object({ DataType: z.string(), StringValue: z.string() }))
    .default({}),
})
type Input = z.output<typeof inputs>

/** SQS API reference, `SendMessage`. */
const maxMessageBytes = 1024 * 1024

const handlers: Readonly<Record<string, (queue: OpenQueue, input: Input) => object>> = {
  SendMessage(queue, { MessageBody, DelaySeconds, MessageAttributes }) {
    if (MessageBody === '')
      throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.')
    if (Buffer.byteLength(MessageBody) > maxMessageBytes)
      throw new AwsError(
        'InvalidParameterValue',
        `One or more parameters are invalid. Reason: Message must be shorter than ${maxMessageBytes} bytes.`,
      )
    const attributes = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue])
    const MessageId = queue.send(MessageBody, Object.fromEntries(attributes), DelaySeconds)
    return { MessageId, MD5OfMessageBody: md5(MessageBody) }
  },
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
  ChangeMessageVisibility(queue, { ReceiptHandle, VisibilityTimeout }) {
    if (VisibilityTimeout === undefined)
      throw new AwsError('MissingParameter', 'The request must contain the parameter VisibilityTimeout.')
    queue.hide(ReceiptHandle, VisibilityTimeout)
    return {}
  },
  GetQueueAttributes(queue, { AttributeNames }) {
    const { visible, hidden } = queue.count()
    const attributes = {
      ApproximateNumberOfMessages: visible,
      ApproximateNumberOfMessagesNotVisible: hidden,
      QueueArn: queue.arn,
      VisibilityTimeout: queue.visibilitySeconds,
      MessageRetentionPeriod: queue.settings.retentionSeconds,
      ...redriveOf(queue),
    }
    return { Attributes: pick(attributes, AttributeNames, String) }
  },
}

/**
 * Opens the standard queues of a template, in journals under `dataDir` (SQS API reference). A call never waits for a
 * message. A message in flight reappears after its visibility timeout, also after a restart.
 */
export function openQueues({ dataDir, log }: { readonly dataDir: string; readonly log: Log }): Queues {
  const queues = new Map<string, OpenQueue>()
  const findQueue = (arn: string): OpenQueue => {
    const queue = [...queues.values()].find((one) => one.arn === arn)
    if (queue === undefined) throw new Error(`The template declares no queue ${arn}`)
    return queue
  }

  const named = ({ QueueUrl }: Input) => find(QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1))

  function find(name: string): OpenQueue {
    const queue = queues.get(name)
    if (queue === undefined) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.')
    return queue
  }

  const invalid = 'InvalidParameterValue'
  const read = (request: AwsRequest) => readInput(request, inputs, invalid)

  /** Answers a call that names no queue by its URL; `undefined` for any other call. */
  function lookUp(request: AwsRequest): object | undefined {
    if (request.operation === 'GetQueueUrl')
      return { QueueUrl: find(readInput(request, urlInput, invalid).QueueName).url }
    if (request.operation !== 'ListQueues') return undefined
    const { QueueNamePrefix } = readInput(request, listInput, invalid)
    const listed = [...queues].filter(([name]) => name.startsWith(QueueNamePrefix))
    return { QueueUrls: listed.map(([, { url }]) => url) }
  }

  function permissions(request: AwsRequest): Permission[] {
    const action = `sqs:${request.operation}`
    if (request.operation === 'ListQueues') return [{ action, resource: '*' }]
    if (request.operation === 'GetQueueUrl')
      return [{ action, resource: find(readInput(request, urlInput, invalid).QueueName).arn }]
    return [{ action, resource: named(read(request)).arn }]
  }

  return {
    service: {
      targets: ['AmazonSQS'],
      operations: sqsOperations,
      permissions,
      async handle(request) {
        const found = lookUp(request)
        if (found !== undefined) return { status: 200, body: JSON.stringify(found) }
        const input = read(request)
        return { status: 200, body: JSON.stringify(handlers[request.operation]?.(named(input), input)) }
      },
    },
    createQueue({ name, arn, baseUrl, properties }) {
      const queue = openQueue({
        arn,
        url: `${baseUrl}/${account}/${name}`,
        file: join(dataDir, 'queues', `${name}.jsonl`),
        settings: readQueue(name, properties),
        findQueue,
        log,
      })
      queues.set(name, queue)
      return queue
    },
    find: findQueue,
    checkRedrives() {
      for (const { settings } of queues.values()) if (settings.redrive) findQueue(settings.redrive.target)
    },
  }
}

/** Returns the attribute that names the dead-letter queue of a queue. */
function redriveOf({ settings: { redrive } }: OpenQueue): { readonly RedrivePolicy?: string } {
  if (redrive === undefined) return {}
  const { target: deadLetterTargetArn, maxReceives: maxReceiveCount } = redrive
  return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }) }
}

/** Returns the attributes that a call asks for: named ones, or all. */
function pick<T>(values: Readonly<Record<string, T>>, names: readonly string[], show: (value: T) => unknown) {
  const isWanted = (name: string) => names.some((one) => ['All', '.*', name].includes(one))
  const picked = Object.entries(values).filter(([name]) => isWanted(name))
  return Object.fromEntries(picked.map(([name, value]) => [name, show(value)]))
}
