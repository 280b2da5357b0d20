import { createHash, randomUUID } from 'node:crypto'
import { AwsError, type Log } from '../../gateway/aws-service.ts'
import { type Journal, openJournal } from '../../storage/journal.ts'
import type { QueueSettings } from './template.ts'

/** A message in the form in which it is received. */
export interface ReceivedMessage {
  readonly id: string
  readonly receiptHandle: string
  readonly body: string
  readonly attributes: Readonly<Record<string, string>>
  /** Its system attributes, under the names of SQS. */
  readonly system: Readonly<Record<string, string>>
}

export interface Queue {
  readonly arn: string
  readonly url: string
  /**
   * Sends a message and returns its id. Once this returns, the message survives `kill -9`. The attributes are texts by
   * name. A delay, in seconds, hides the message at first.
   */
  send(body: string, attributes?: Readonly<Record<string, string>>, delaySeconds?: number): string
  /** Receives at most this many messages, and hides them for the given visibility timeout or the queue's own. */
  receive(most: number, visibilitySeconds?: number): ReceivedMessage[]
  /**
   * Deletes a message. Only its latest handle deletes it; an older handle is accepted without effect, as the API
   * reference says.
   */
  delete(receiptHandle: string): void
  /** Hides a received message for this time from now on. An older handle is accepted and changes nothing. */
  hide(receiptHandle: string, seconds: number): void
  readonly visibilitySeconds: number
  /** Calls the listener after each sent message. Returns a function that removes the listener. */
  onSend(listener: () => void): () => void
}

/** A message in the form in which it is stored. Times are milliseconds since the epoch. */
interface StoredMessage {
  readonly body: string
  readonly attributes: Readonly<Record<string, string>>
  readonly sentAt: number
  readonly visibleAt: number
  readonly receives: number
  readonly firstReceivedAt?: number | undefined
}

type Stored = readonly [id: string, message: StoredMessage]

/** A queue with the operations that other queues use. */
export interface OpenQueue extends Queue {
  readonly settings: QueueSettings
  /** Returns how many messages could be received now, and how many are hidden. */
  count(): { readonly visible: number; readonly hidden: number }
  /** Accepts a message from the queue whose dead-letter queue this is, with its attributes and counts. */
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

  /** Moves messages that were received too often to the dead-letter queue, and returns the rest. */
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

  /**
   * Finds the message that a handle names. Only the latest handle of a message finds it; an older one returns no
   * message.
   */
  function find(receiptHandle: string) {
    const [id = '', receives] = Buffer.from(receiptHandle, 'base64url').toString().split(' ')
    if (receives === undefined)
      throw new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.')
    const message = messages.get(id)
    return { id, message: message?.receives === Number(receives) ? message : undefined }
  }

  return {
    arn,
    url,
    settings,
    visibilitySeconds: settings.visibilitySeconds,
    send(body, attributes = {}, delaySeconds = 0) {
      const now = Date.now()
      const id = randomUUID()
      messages.set(id, { body, attributes, sentAt: now, visibleAt: now + delaySeconds * 1000, receives: 0 })
      for (const listener of listeners) listener()
      return id
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
      const { id, message } = find(receiptHandle)
      if (message !== undefined) messages.delete(id)
    },
    hide(receiptHandle, seconds) {
      const { id, message } = find(receiptHandle)
      if (message !== undefined) messages.set(id, { ...message, visibleAt: Date.now() + seconds * 1000 })
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

/** Returns the messages of a queue, after deleting those that are older than its retention. */
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
