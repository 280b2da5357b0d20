import * as z from 'zod'
import type { Task } from './definition.ts'
import { checkSize, evaluateAs, evaluateIn, failure, record, type Scope } from './scope.ts'
import { orAborted } from './signals.ts'
import { StatesError } from './states-error.ts'

const where = { resource: 'invoke', resourceType: 'lambda' }
const call = z.strictObject({ FunctionName: z.string(), Payload: z.unknown().optional() })

/** Runs a task once: invokes a function, whose answer becomes the `Payload` of the result. */
export async function runTask(scope: Scope, { Arguments, TimeoutSeconds, Resource }: Task): Promise<unknown> {
  const { run, thread } = scope
  const given = await evaluateIn(scope, 'Arguments', Arguments)
  const { data, error } = call.safeParse(given)
  if (data === undefined) throw failure(scope, 'States.Runtime', `Arguments are not valid: ${error.message}`)
  checkSize(Resource, given)
  const seconds =
    TimeoutSeconds === undefined
      ? undefined
      : await evaluateAs(scope, z.int().min(1), 'TimeoutSeconds', TimeoutSeconds)
  record(scope, 'TaskScheduled', {
    taskScheduledEventDetails: {
      ...where,
      region: run.region,
      parameters: JSON.stringify(given),
      ...(seconds && { timeoutInSeconds: seconds }),
    },
  })
  record(scope, 'TaskStarted', { taskStartedEventDetails: where })

  const invoked = run.invoke(data.FunctionName, data.Payload)
  const answer = seconds === undefined ? invoked : Promise.race([invoked, timeout(scope, seconds, invoked)])
  try {
    const Payload = await orAborted(answer, thread.signal)
    const result = { ExecutedVersion: '$LATEST', Payload, StatusCode: 200 }
    checkSize(Resource, result)
    const output = { output: JSON.stringify(result), outputDetails: { truncated: false } }
    record(scope, 'TaskSucceeded', { taskSucceededEventDetails: { ...where, ...output } })
    return result
  } catch (thrown) {
    if (!(thrown instanceof StatesError)) throw thrown
    const { error, cause } = thrown
    const details = { ...where, error, ...(cause !== undefined && { cause }) }
    if (error === 'States.Timeout') record(scope, 'TaskTimedOut', { taskTimedOutEventDetails: details })
    else record(scope, 'TaskFailed', { taskFailedEventDetails: details })
    throw thrown
  }
}

/** Rejects after this time, unless the work is done by then. */
async function timeout({ run, thread }: Scope, seconds: number, work: Promise<unknown>): Promise<never> {
  const done = new AbortController()
  const end = () => done.abort()
  work.then(end, end)
  await run.clock.sleep(seconds * 1000, AbortSignal.any([thread.signal, done.signal]))
  throw new StatesError('States.Timeout')
}
