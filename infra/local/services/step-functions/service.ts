import { AwsError, type AwsService, type Log } from '../../gateway/aws-service.ts'
import type { Permissions } from '../../iam/permissions.ts'
import { type ExecutionClock, systemClock } from './clock.ts'
import { runExecutions } from './executions.ts'
import { handlers, resourceOf } from './handlers.ts'
import type { InvokeTask } from './lambda-tasks.ts'
import { stepFunctionsOperations } from './operations.ts'
import type { Execution } from './store.ts'
import type { StateMachine } from './template.ts'

export interface StepFunctions {
  readonly service: AwsService
  /**
   * Starts an execution for a rule, durably. A repeated name means the same delivery. Throws
   * `StateMachineDoesNotExist`, or the error of AWS for an invalid input.
   */
  start(machineArn: string, input: unknown, name: string): void
  /** Throws unless the template declares the machine, and the named role lets the rule start it. */
  demandStart(rule: string, machineArn: string, roleArn: string | undefined): void
  /** Stops all executions at their positions. They resume at the next start. */
  close(): Promise<void>
}

/** Number of ended executions that are kept. AWS keeps them for 90 days. */
const kept = 1000

/**
 * Opens state machines and their executions (Step Functions API reference). Executions of an earlier run resume at
 * once.
 */
export function openStepFunctions(o: {
  readonly region: string
  readonly dataDir: string
  readonly machines: readonly StateMachine[]
  readonly invoke: InvokeTask
  readonly refusalOfRole: Permissions['refusalOfRole']
  readonly clock?: ExecutionClock
  /** Number of ended executions that are kept. The default is 1,000. */
  readonly keep?: number
  readonly log: Log
}): StepFunctions {
  const executions = runExecutions({ clock: systemClock, keep: kept, ...o })

  function machineOf(arn: string): StateMachine {
    const machine = o.machines.find((one) => one.arn === arn)
    if (machine === undefined)
      throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`)
    return machine
  }

  function executionOf(arn: string): Execution {
    if (arn.split(':')[5] === 'express')
      throw new AwsError('InvalidArn', "Invalid Arn: 'Resource type not valid in this context: express'")
    const execution = executions.get(arn)
    if (execution === undefined)
      throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`)
    return execution
  }

  const createdAt = Date.now()
  const known = { executions, machines: o.machines, createdAt, machineOf, executionOf }
  return {
    service: {
      targets: ['AWSStepFunctions'],
      operations: stepFunctionsOperations,
      permissions: (request) => [{ action: `states:${request.operation}`, resource: resourceOf(request) }],
      async handle(request) {
        if (!isModelled(request.operation)) throw new Error(`${request.operation} has no handler`)
        return { status: 200, body: JSON.stringify(handlers[request.operation](request, known)) }
      },
    },
    start(machineArn, input, name) {
      try {
        executions.start(machineOf(machineArn), JSON.stringify(input), name)
      } catch (error) {
        if (!(error instanceof AwsError && error.code === 'ExecutionAlreadyExists')) throw error
      }
    },
    demandStart(rule, machineArn, roleArn) {
      const permission = { action: 'states:StartExecution', resource: machineOf(machineArn).arn }
      const refused =
        roleArn === undefined
          ? `${rule} has no RoleArn that may start ${machineArn}`
          : o.refusalOfRole(roleArn, 'events', permission)
      if (refused !== undefined) throw new Error(refused)
    },
    close: executions.close,
  }
}

function isModelled(operation: string): operation is keyof typeof handlers {
  return Object.hasOwn(handlers, operation)
}
