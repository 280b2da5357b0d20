import { SendMessageCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'
import { answerWithin } from '../../commands/aws/client.ts'
import { postponedAttribute, type ReactionQueuePorts } from './reaction-queue.ts'

/** Postpones messages of a queue of SQS: a copy is sent, which counts how often that happened. */
export function createSqsPostponing(
  queueUrl: string,
  config: SQSClientConfig = {},
): ReactionQueuePorts['postpone'] {
  const client = new SQSClient({
    ...answerWithin(3000),
    ...config,
  })
  return async ({ body }, delaySeconds, times) => {
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: body,
        DelaySeconds: delaySeconds,
        MessageAttributes: { [postponedAttribute]: { DataType: 'Number', StringValue: String(times) } },
      }),
    )
  }
}
