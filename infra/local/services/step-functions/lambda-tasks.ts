import { setTimeout as delay } from 'node:timers/promises'
import type { Fault, Faults } from '../../faults/faults.ts'
import { AwsError } from '../../gateway/aws-service.ts'
import type { Permissions } from '../../iam/permissions.ts'
import type { Lambda } from '../lambda/service.ts'
import { StatesError } from './states-error.ts'
import type { StateMachine } from './template.ts'

/** Calls a function for a state machine's task. Rejects with the StatesError that the task fails with. */
export type InvokeTask = (machine: StateMachine, functionName: string, payload: unknown) => Promise<unknown>

const possible: readonly Fault[] = ['throttle', 'fail', 'fail-after', 'lose-answer', 'duplicate', 'delay']

/**
 * The errors of the call itself, under the names of AWS (developer guide, "Handle transient Lambda service
 * exceptions").
 */
const failures = {
  throttle: 'Lambda.TooManyRequestsException',
  fail: 'Lambda.ServiceException',
  'fail-after': 'Lambda.ServiceException',
  'lose-answer': 'Lambda.SdkClientException',
}

/**
 * Calls functions with the role of a state machine. The error of a failing function has the name that the function
 * gives it. The error of a failing call is `Lambda.` followed by the exception.
 */
export function lambdaTasks(o: {
  readonly lambda: Pick<Lambda, 'find' | 'invoke'>
  readonly permissions: Pick<Permissions, 'refusalOfRole' | 'use'>
  /** The faults of calls, at the place `task <name of the function>`. */
  readonly faults: Faults
}): InvokeTask {
  return async ({ roleArn, name }, functionName, payload) => {
    const target = find(o.lambda, functionName)
    const permission = { action: 'lambda:InvokeFunction', resource: target.arn }
    const refused = o.permissions.refusalOfRole(roleArn, name, permission)
    if (refused !== undefined)
      throw new StatesError(
        'Lambda.AWSLambdaException',
        `${refused} (Service: Lambda, Status Code: 403, Error Code: AccessDeniedException)`,
      )
    o.permissions.use({ roleArn }, permission)
    const invoke = () => o.lambda.invoke(target.arn, payload ?? {})
    const occasion = o.faults.draw(`task ${target.name}`, possible)
    switch (occasion?.fault) {
      case 'fail-after':
      case 'lose-answer':
        await invoke()
        throw new StatesError(failures[occasion.fault], 'The call failed')
      case 'throttle':
      case 'fail':
        throw new StatesError(failures[occasion.fault], 'The call failed')
      case 'duplicate':
        await invoke()
        break
      case 'delay':
        await delay(occasion.afterMs)
    }
    const { payload: answer, error } = await invoke()
    if (error) throw new StatesError(error.errorType || 'Lambda.Unknown', JSON.stringify(error))
    return answer ?? null
  }
}

function find(lambda: Pick<Lambda, 'find'>, functionName: string) {
  try {
    return lambda.find(functionName)
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    throw new StatesError(
      `Lambda.${error.code}`,
      `${error.message} (Service: Lambda, Status Code: ${error.status}, Error Code: ${error.code})`,
    )
  }
}
