import {
  InvokeCommand,
  LambdaClient,
  type LambdaClientConfig,
  paginateListFunctions,
} from '@aws-sdk/client-lambda'
import {
  ExecutionAlreadyExists,
  SFNClient,
  type SFNClientConfig,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  paginateListQueues,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs'
import * as z from 'zod/mini'
import { mapInParallel } from '../../../../commands/aws/parallel.ts'
import type { ResourcePrefixes } from '../stack.ts'
import { type FailedWork, shortName, type TakenMessage, type WorkQueue } from './failed-work.ts'

/** How long a message is hidden from others while it is examined, in seconds. */
const hiddenSeconds = 120
/** The maximum of SQS. */
const mostAtOnce = 10
const concurrency = 8

const redrivePolicy = z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() })

/** The queues of a stage, found by the beginning of their names, and the services that do failed work again. */
export function openFailedWork(
  settings: SQSClientConfig & LambdaClientConfig & SFNClientConfig,
  prefixes: ResourcePrefixes,
): FailedWork {
  const sqs = new SQSClient(settings)
  const lambda = new LambdaClient(settings)
  const stepFunctions = new SFNClient(settings)
  return {
    async queues() {
      const urls: string[] = []
      const pages = paginateListQueues({ client: sqs, pageSize: 1000 }, { QueueNamePrefix: prefixes.data })
      for await (const { QueueUrls = [] } of pages) urls.push(...QueueUrls)
      const named = urls.flatMap((url) => {
        const name = shortName(url.slice(url.lastIndexOf('/') + 1), prefixes.data)
        return name === undefined ? [] : [{ url, name }]
      })
      return mapInParallel(named, concurrency, (queue) => describe(sqs, queue))
    },
    visit: ({ url }, visitor) => visit(sqs, url, visitor),
    async send({ url }, body) {
      await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }))
    },
    async invoke(functionArn, payload) {
      await lambda.send(
        new InvokeCommand({
          FunctionName: functionArn,
          InvocationType: 'Event',
          Payload: Buffer.from(JSON.stringify(payload ?? {})),
        }),
      )
    },
    async start(machineArn, name, input) {
      try {
        await stepFunctions.send(new StartExecutionCommand({ stateMachineArn: machineArn, name, input }))
      } catch (error) {
        if (!(error instanceof ExecutionAlreadyExists)) throw error
      }
    },
    async functionArn(name) {
      for await (const { Functions = [] } of paginateListFunctions({ client: lambda }, {}))
        for (const { FunctionName = '', FunctionArn } of Functions)
          if (shortName(FunctionName, prefixes.service) === name) return FunctionArn
      return undefined
    },
  }
}

async function describe(
  sqs: SQSClient,
  { url, name }: { readonly url: string; readonly name: string },
): Promise<WorkQueue> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
  )
  const { QueueArn: arn = '', RedrivePolicy } = Attributes
  const policy = RedrivePolicy === undefined ? undefined : redrivePolicy.parse(JSON.parse(RedrivePolicy))
  return {
    name,
    url,
    arn,
    messages: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
    inFlight: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
    ...(policy && {
      redrive: { targetArn: policy.deadLetterTargetArn, maxReceives: policy.maxReceiveCount },
    }),
  }
}

/** Hides the messages that it takes, so that each is taken once, and shows those again that were not deleted. */
async function visit(
  sqs: SQSClient,
  url: string,
  visitor: Parameters<FailedWork['visit']>[1],
): Promise<void> {
  const kept = new Map<string, string>()
  try {
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: mostAtOnce,
          VisibilityTimeout: hiddenSeconds,
          // Without a wait, SQS asks only some of its servers and may miss messages.
          WaitTimeSeconds: 1,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['SentTimestamp'],
        }),
      )
      const taken = Messages.map(({ ReceiptHandle = '', ...message }) => {
        const read = readMessage(message)
        kept.set(read.id, ReceiptHandle)
        const remove = async () => {
          await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }))
          kept.delete(read.id)
        }
        return { ...read, delete: remove }
      })
      if (taken.length === 0 || !(await visitor(taken))) return
    }
  } finally {
    await mapInParallel([...kept.values()], concurrency, async (ReceiptHandle) => {
      // If this fails, the message comes back by itself.
      const show = { QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }
      await sqs.send(new ChangeMessageVisibilityCommand(show)).catch(() => {})
    })
  }
}

function readMessage({
  MessageId: id = '',
  Body: body = '',
  Attributes = {},
  MessageAttributes = {},
}: Message): Omit<TakenMessage, 'delete'> {
  const texts = Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue])
  return { id, body, sentAt: Number(Attributes.SentTimestamp), attributes: Object.fromEntries(texts) }
}
