import { createHash, randomUUID } from 'node:crypto'
import { AwsError, type Log } from '../../gateway/aws-service.ts'
import { type Journal, openJournal } from '../../storage/journal.ts'
import type { QueueSettings } from './template.ts'

/** A message as it is received. */
export interface ReceivedMessage {
  readonly id: string
  readonly receiptHandle: string
  readonly body: string
  readonly attributes: Readonly<Record<string, string>>
  /** Its system attributes, by the names of SQS. */
  readonly system: Readonly<Record<string, string>>
}

export interface Queue {
  readonly arn: string
  readonly url: string
  /** Once this returns, the message survives `kill -9`. The attributes are texts by name. */
  send(body: string, attributes?: Readonly<Record<string, string>>): void
  /** At most this many messages, hidden from now on for the queue's visibility timeout or the one given. */
  receive(most: number, visibilitySeconds?: number): ReceivedMessage[]
  /** Only the latest handle of a message deletes it; an older one is accepted, as the API reference says. */
  delete(receiptHandle: string): void
  readonly visibilitySeconds: number
  /** Calls the listener after each message that was sent. Returns how to stop that. */
  onSend(listener: () => void): () => void
}

/** A message as it is stored. Times are milliseconds since the epoch. */
interface StoredMessage {
  readonly body: string
  readonly attributes: Readonly<Record<string, string>>
  readonly sentAt: number
  readonly visibleAt: number
  readonly receives: number
  readonly firstReceivedAt?: number | undefined
}

type Stored = readonly [id: string, message: StoredMessage]

/** A queue as the queues around it use it. */
export interface OpenQueue extends Queue {
  readonly settings: QueueSettings
  /** How many messages could be received now, and how many are hidden. */
  count(): { readonly visible: number; readonly hidden: number }
  /** Takes a message that another queue gave up, with everything that is known of it. */
  take(id: string, message: StoredMessage): void
}

/** The name in the ARN of a queue. */
function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1)
}

/** Opens a queue with its journal in `file`. `findQueue` finds its dead-letter queue by its ARN. */
export function openQueue(o: {
  readonly arn: string
  readonly url: string
  readonly file: string
  readonly settings: QueueSettings
  readonly findQueue: (arn: string) => OpenQueue
  readonly log: Log
}): OpenQueue {
  const { arn, url, settings } = o
  const messages = openJournal<StoredMessage>(o.file)
  const listeners = new Set<() => void>()

  /** Moves messages that were received too often, and returns the rest. */
  function withoutDead(all: readonly Stored[]): readonly Stored[] {
    const { redrive } = settings
    if (redrive === undefined) return all
    const dead = all.filter(([, { receives }]) => receives >= redrive.maxReceives)
    for (const [id, message] of dead) {
      const target = nameOf(redrive.target)
      o.log('queue', `${nameOf(arn)} moved message ${id} to ${target} after ${message.receives} tries`)
      o.findQueue(redrive.target).take(id, message)
      messages.delete(id)
    }
    return all.filter((one) => !dead.includes(one))
  }

  return {
    arn,
    url,
    settings,
    visibilitySeconds: settings.visibilitySeconds,
    send(body, attributes = {}) {
      const now = Date.now()
      messages.set(randomUUID(), { body, attributes, sentAt: now, visibleAt: now, receives: 0 })
      for (const listener of listeners) listener()
    },
    receive(most, hiddenSeconds = settings.visibilitySeconds) {
      const now = Date.now()
      const visible = withoutDead(retained(messages, settings).filter(isVisible))
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
    count() {
      const all = retained(messages, settings)
      const visible = all.filter(isVisible).length
      return { visible, hidden: all.length - visible }
    },
    take: (id, message) => messages.set(id, message),
  }
}

function received(
  id: string,
  { body, attributes, sentAt, receives, firstReceivedAt }: StoredMessage,
): ReceivedMessage {
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

/** The messages of a queue. Those that are older than its retention are deleted first. */
function retained(messages: Journal<StoredMessage>, { retentionSeconds }: QueueSettings): readonly Stored[] {
  const oldest = Date.now() - retentionSeconds * 1000
  for (const [id, { sentAt }] of [...messages.entries()]) if (sentAt < oldest) messages.delete(id)
  return [...messages.entries()]
}

function isVisible([, { visibleAt }]: Stored): boolean {
  return visibleAt <= Date.now()
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
