import type { FailedWork, TakenMessage, WorkQueue } from './failed-work.ts'
import { type Failure, failureOf } from './failure.ts'
import { type QueueKind, remedyOf } from './queue-kind.ts'

export interface RetryOptions {
  readonly work: FailedWork
  readonly queue: WorkQueue
  readonly kind: QueueKind
  readonly all: readonly WorkQueue[]
}

/**
 * Has the failed work of a message done again. Returns once the retry is accepted, and says by whom. A repetition does no
 * harm: reactions recognise an event, runs of schedules find nothing left to do, and a state machine recognises its start.
 * Throws an Error that says what to do if the message cannot be retried.
 */
export async function retry(message: TakenMessage, options: RetryOptions): Promise<string> {
  const failure = failureOf(message)
  if (failure.kind === 'event') return retryEvent(failure, message, options)
  if (failure.kind === 'invocation') {
    // The record names the version that ran. The current one runs now.
    const functionArn = failure.functionArn.replace(/:\$LATEST$/, '')
    await options.work.invoke(functionArn, failure.payload)
    return `handed to ${functionArn}`
  }
  if (failure.kind === 'schedule') return retryRun(failure, options)
  if (failure.kind === 'records') throw new Error(adviceOnRecords(failure, options.kind))
  throw new Error(
    'the message is no failed work that this code knows: discard it, or read it with failures show',
  )
}

async function retryEvent(
  { event, targetArn }: Extract<Failure, { kind: 'event' }>,
  { body }: TakenMessage,
  { work, kind: { source }, all }: RetryOptions,
): Promise<string> {
  if (targetArn?.includes(':stateMachine:')) {
    await work.start(targetArn, `retry-${event.deliveryId}`, body)
    return `started ${targetArn}`
  }
  const queue = all.find(({ arn }) => arn === targetArn) ?? source
  if (queue === undefined)
    throw new Error(`nothing of this stage takes the event${targetArn === undefined ? '' : `: ${targetArn}`}`)
  await work.send(queue, body)
  return `sent to ${queue.name}`
}

async function retryRun(
  { cut, payload }: Extract<Failure, { kind: 'schedule' }>,
  { work, kind: { functionName } }: RetryOptions,
): Promise<string> {
  if (cut) throw new Error('the input was cut off: the next run of the schedule does the work, so discard it')
  const functionArn = await work.functionArn(functionName)
  if (functionArn === undefined)
    throw new Error(
      `the stage has no function ${functionName}: deploy it first, or discard the message, because the next run does the work`,
    )
  await work.invoke(functionArn, payload)
  return `handed to ${functionArn}`
}

/** How long before its record's arrival an event may have happened, in milliseconds. */
const earlier = 60_000

function adviceOnRecords(
  { first, last }: Extract<Failure, { kind: 'records' }>,
  { isLive, advice, functionName }: QueueKind,
): string {
  if (isLive) return advice
  const from = Date.parse(first) - earlier
  const to = Date.parse(last) + 1000
  const consumer = functionName.replace(/Redrive$/, '')
  if (Number.isNaN(from) || Number.isNaN(to)) return `type ${remedyOf(consumer)}`
  const period = { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
  return `type ${remedyOf(consumer, period)}`
}
