import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { expect, vi } from 'vitest'
import { declared } from './declared-resources.ts'
import type { RunningCloud } from './local-cloud.ts'

const soon = { timeout: 15_000, interval: 20 }

/** Reads the queues of a running local cloud as a developer, by their names in the template. */
export function queueReader({ cloud, config }: RunningCloud) {
  const sqs = new SQSClient({
    region: config.region,
    endpoint: cloud.awsUrl,
    credentials: { accessKeyId: 'developer', secretAccessKey: 'any' },
  })
  async function urlOf(name: string): Promise<string> {
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}))
    return QueueUrls.find((url) => url.endsWith(declared(name).logicalId)) ?? name
  }
  return {
    /** Waits until the queue holds this many messages. */
    async untilHolds(name: string, messages: number): Promise<void> {
      const request = { QueueUrl: await urlOf(name), AttributeNames: ['All' as const] }
      await vi.waitFor(async () => {
        const { Attributes } = await sqs.send(new GetQueueAttributesCommand(request))
        expect(Attributes?.['ApproximateNumberOfMessages']).toBe(String(messages))
      }, soon)
    },
    /** Takes at most ten messages out of the queue. Returns their bodies. */
    async take(name: string): Promise<readonly string[]> {
      const QueueUrl = await urlOf(name)
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      )
      for (const { ReceiptHandle } of Messages)
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
      return Messages.map(({ Body = '' }) => Body)
    },
  }
}
