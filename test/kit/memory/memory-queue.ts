import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'

interface Message {
  readonly id: string
  readonly body: string
  readonly attributes: Readonly<Record<string, number>>
  receives: number
  visibleAt: number
}

export interface QueueClock {
  now(): number
  sleep(milliseconds: number): Promise<unknown>
}

export interface MemoryQueueOptions {
  readonly clock: QueueClock
  readonly visibilityMs: number
  readonly maxReceives: number
  readonly batchSize: number
}

/** A queue in memory that behaves like SQS with a mapping of Lambda. A clock gives the time. */
export function memoryQueue({ clock, visibilityMs, maxReceives, batchSize }: MemoryQueueOptions) {
  const messages = new Map<string, Message>()
  const dead: Message[] = []
  let sent = 0
  let mostReceives = 0

  function send(body: string, delayMs = 0, attributes: Message['attributes'] = {}): void {
    sent += 1
    const id = `message-${sent}`
    messages.set(id, { id, body, attributes, receives: 0, visibleAt: clock.now() + delayMs })
  }

  function receive(): Message[] {
    const batch: Message[] = []
    for (const message of messages.values()) {
      if (batch.length === batchSize) break
      if (message.visibleAt > clock.now()) continue
      if (message.receives >= maxReceives) {
        messages.delete(message.id)
        dead.push(message)
        continue
      }
      message.receives += 1
      mostReceives = Math.max(mostReceives, message.receives)
      message.visibleAt = clock.now() + visibilityMs
      batch.push(message)
    }
    return batch
  }

  /** Delivers batch after batch to a function until the queue is empty. */
  async function deliver(invoke: (event: SQSEvent) => Promise<SQSBatchResponse>): Promise<void> {
    while (messages.size > 0) {
      const batch = receive()
      if (batch.length === 0) {
        const next = Math.min(...[...messages.values()].map(({ visibleAt }) => visibleAt))
        await clock.sleep(Math.max(1, next - clock.now()))
        continue
      }
      const { batchItemFailures } = await invoke({ Records: batch.map(toRecord) })
      const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
      for (const { id } of batch) if (!failed.includes(id)) messages.delete(id)
    }
  }

  return { send, deliver, dead, mostReceives: () => mostReceives }
}

function toRecord({ id, body, attributes, receives }: Message): SQSRecord {
  const messageAttributes = Object.entries(attributes).map(([name, value]) => [
    name,
    { dataType: 'Number', stringValue: String(value) },
  ])
  return {
    messageId: id,
    receiptHandle: id,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: '0',
      SenderId: 'sender',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: Object.fromEntries(messageAttributes),
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:Mail',
    awsRegion: 'eu-west-1',
  }
}
