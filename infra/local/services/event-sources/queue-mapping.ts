import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { allowOnly, fieldsOf, type Properties } from '../../cloud/template.ts'
import type { Faults } from '../../faults/faults.ts'
import type { Log } from '../../gateway/aws-service.ts'
import type { Invocation } from '../lambda/invocation.ts'
import { md5, type Queue, type ReceivedMessage } from '../sqs/queue.ts'
import { failedItems } from './partial-response.ts'
import { createBell } from './stream-lane.ts'

export interface QueueMapping {
  /** Stops receiving messages, and waits a moment for running invocations. */
  close(): Promise<void>
}

const modelled = [
  'EventSourceArn',
  'FunctionName',
  'Enabled',
  'BatchSize',
  'FunctionResponseTypes',
  'ScalingConfig',
  'Tags',
]

/** How often a queue is checked for messages whose visibility timeout has passed. */
const idleMs = 250
const closeWithinMs = 2000
/** Maximum number of concurrent batches, unless the mapping sets one. Lambda begins with this number. */
const atFirst = 5

/**
 * Delivers a queue's messages to a function as Lambda's event source mapping does: in batches, several at a time.
 * Handled messages are deleted. The others return after the queue's visibility timeout (Lambda developer guide,
 * "Using Lambda with Amazon SQS").
 *
 * @throws Error that names the property that is not modelled or not valid.
 */
export function startQueueMapping(o: {
  readonly region: string
  readonly queue: Queue
  readonly properties: Properties
  readonly functionTimeoutSeconds: number
  readonly invoke: (payload: unknown) => Promise<Invocation>
  /** How long a failed message stays hidden after each failure, instead of the queue's visibility timeout. */
  readonly retryDelaysMs?: readonly number[] | undefined
  /** The faults of deliveries, at the place `queue <FunctionName>`. */
  readonly faults: Faults
  readonly log: Log
}): QueueMapping {
  const { queue } = o
  const settings = readQueueMapping(o.properties)
  if (queue.visibilitySeconds < o.functionTimeoutSeconds) {
    throw new Error(
      `Queue visibility timeout: ${queue.visibilitySeconds} seconds is less than Function timeout: ${o.functionTimeoutSeconds} seconds`,
    )
  }
  const stopped = new AbortController()
  const { signal } = stopped
  setMaxListeners(0, signal)
  const news = createBell(signal)
  const forget = queue.onSend(news.ring)
  const running = new Set<Promise<void>>()
  let sealed = false

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const messages = running.size < settings.concurrency ? queue.receive(settings.batchSize) : []
      if (messages.length === 0) {
        await news.wait(idleMs)
        continue
      }
      const batch = deliver(messages)
        .catch((error: unknown) => o.log('queue', `${queue.arn}: ${String(error)}`))
        .finally(() => {
          running.delete(batch)
          news.ring()
        })
      running.add(batch)
    }
    await Promise.all(running)
  }

  async function deliver(messages: readonly ReceivedMessage[]): Promise<void> {
    const payload = { Records: messages.map((message) => toLambdaMessage(message, queue.arn, o.region)) }
    const occasion = o.faults.draw(`queue ${settings.functionName}`, ['duplicate', 'delay'])
    if (occasion?.fault === 'delay') await delay(occasion.afterMs)
    if (occasion?.fault === 'duplicate') await o.invoke(payload)
    const { payload: answer, error } = await o.invoke(payload)
    if (error) o.log('queue', `${settings.functionName} failed: ${error.errorType} ${error.errorMessage}`)
    const ids = messages.map(({ id }) => id)
    const reported = settings.partialResponses ? failedItems(answer, ids) : []
    const failed = error ? ids : reported
    if (sealed) return
    for (const { id, receiptHandle, system } of messages) {
      if (!failed.includes(id)) queue.delete(receiptHandle)
      else if (o.retryDelaysMs !== undefined)
        queue.hide(receiptHandle, delayAfter(Number(system['ApproximateReceiveCount']), o.retryDelaysMs))
    }
  }

  const all = settings.enabled ? run() : Promise.resolve()
  return {
    async close() {
      stopped.abort()
      forget()
      const patience = new AbortController()
      await Promise.race([all, delay(closeWithinMs, undefined, { signal: patience.signal }).catch(() => {})])
      patience.abort()
      sealed = true
    },
  }
}

/** Reads the properties, with the defaults and bounds of Lambda's API reference, `CreateEventSourceMapping`. */
function readQueueMapping(o: Properties) {
  allowOnly(modelled, o, 'EventSourceMapping')
  const scaling = fieldsOf(o['ScalingConfig'])
  allowOnly(['MaximumConcurrency'], scaling, 'EventSourceMapping.ScalingConfig')
  const { BatchSize: batchSize = 10, FunctionResponseTypes: types = [] } = o
  const { MaximumConcurrency: concurrency = atFirst } = scaling
  // Larger batches would need a batching window.
  if (!isInteger(batchSize, 1, 10)) throw invalid('BatchSize', batchSize)
  if (!isInteger(concurrency, 2, 1000)) throw invalid('ScalingConfig.MaximumConcurrency', concurrency)
  if (!Array.isArray(types) || types.some((type) => type !== 'ReportBatchItemFailures'))
    throw invalid('FunctionResponseTypes', types)
  const functionName = String(o['FunctionName'])
  return {
    functionName,
    batchSize,
    concurrency,
    enabled: o['Enabled'] !== false,
    partialResponses: types.length > 0,
  }
}

/** In seconds. The last delay also applies to all further failures. */
function delayAfter(receives: number, delaysMs: readonly number[]): number {
  return (delaysMs[receives - 1] ?? delaysMs.at(-1) ?? 0) / 1000
}

function isInteger(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}

function invalid(name: string, value: unknown): Error {
  return new Error(`EventSourceMapping.${name} is not valid: ${JSON.stringify(value)}`)
}

function toLambdaMessage(message: ReceivedMessage, eventSourceARN: string, awsRegion: string): object {
  const { id, receiptHandle, body, system, attributes } = message
  const messageAttributes = Object.entries(attributes).map(([name, stringValue]) => [
    name,
    { dataType: 'String', stringValue, stringListValues: [], binaryListValues: [] },
  ])
  return {
    messageId: id,
    receiptHandle,
    body,
    attributes: system,
    md5OfBody: md5(body),
    messageAttributes: Object.fromEntries(messageAttributes),
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion,
  }
}
