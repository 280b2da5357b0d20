import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { AwsError, type AwsRequest, type AwsService, type Log, readInput } from '../../gateway/aws-service.ts'
import type { Permissions } from '../../iam/permissions.ts'
import { type ExecutionClock, systemClock } from './clock.ts'
import { runExecutions } from './executions.ts'
import { withoutData } from './history.ts'
import type { InvokeTask } from './lambda-tasks.ts'
import { stepFunctionsOperations } from './operations.ts'
import type { Execution } from './store.ts'
import type { StateMachine } from './template.ts'

export interface StepFunctions {
  readonly service: AwsService
  /**
   * Starts an execution for a rule, durably. The same name again is the same delivery. Throws `StateMachineDoesNotExist`
   * and what AWS refuses of an input.
   */
  start(machineArn: string, input: unknown, name: string): void
  /** Throws unless the template declares the machine, and a role that is named lets a rule start it. */
  demandStart(rule: string, machineArn: string, roleArn: string | undefined): void
  /** Leaves what runs where it is: it goes on at the next start. */
  close(): Promise<void>
}

/** How many executions that ended are kept: AWS keeps them for 90 days. */
const kept = 1000

const page = { maxResults: z.int().min(0).max(1000).default(0), nextToken: z.string().optional() }
const machineInput = z.object({ stateMachineArn: z.string() })
const executionInput = z.object({ executionArn: z.string() })
const startInput = z.object({
  ...machineInput.shape,
  input: z.string().default('{}'),
  name: z.string().optional(),
})
const listInput = z.object({
  ...machineInput.shape,
  ...page,
  statusFilter: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']).optional(),
})
const historyInput = z.object({
  ...executionInput.shape,
  ...page,
  includeExecutionData: z.boolean().default(true),
  reverseOrder: z.boolean().default(false),
})

/** State machines and their executions (Step Functions API reference). What an earlier run left goes on at once. */
export function openStepFunctions(o: {
  readonly region: string
  readonly dataDir: string
  readonly machines: readonly StateMachine[]
  readonly invoke: InvokeTask
  readonly refusalOfRole: Permissions['refusalOfRole']
  readonly clock?: ExecutionClock
  /** How many executions that ended are kept; 1,000 otherwise. */
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

  const read = <S extends z.ZodType>(request: AwsRequest, schema: S) =>
    readInput(request, schema, 'ValidationException')

  const handlers: Readonly<Record<string, (request: AwsRequest) => object>> = {
    StartExecution(request) {
      const { stateMachineArn, input, name = randomUUID() } = read(request, startInput)
      const { arn, startedAt } = executions.start(machineOf(stateMachineArn), input, name)
      return { executionArn: arn, startDate: startedAt / 1000 }
    },
    DescribeExecution(request) {
      const execution = executionOf(read(request, executionInput).executionArn)
      const { input, output, error, cause } = execution
      return {
        ...summaryOf(execution),
        input,
        inputDetails: { included: true },
        ...(output !== undefined && { output, outputDetails: { included: true } }),
        error,
        cause,
      }
    },
    ListExecutions(request) {
      const { stateMachineArn, statusFilter, ...where } = read(request, listInput)
      if (machineOf(stateMachineArn).type === 'EXPRESS') {
        const message = 'This operation is not supported by this type of state machine'
        throw new AwsError('StateMachineTypeNotSupported', message)
      }
      const newest = executions
        .all()
        .filter(
          ({ machineArn, status }) => machineArn === stateMachineArn && status === (statusFilter ?? status),
        )
        .toReversed()
      const { items, nextToken } = pageOf(newest, ({ arn }) => arn, where)
      return { executions: items.map(summaryOf), nextToken }
    },
    GetExecutionHistory(request) {
      const { executionArn, includeExecutionData, reverseOrder, ...where } = read(request, historyInput)
      const history = executions.history(executionOf(executionArn))
      const events = reverseOrder ? history.toReversed() : history
      const { items, nextToken } = pageOf(events, ({ id }) => String(id), where)
      return { events: includeExecutionData ? items : items.map(withoutData), nextToken }
    },
  }

  return {
    service: {
      targets: ['AWSStepFunctions'],
      operations: stepFunctionsOperations,
      permissions(request) {
        const { stateMachineArn = '', executionArn = stateMachineArn } = read(
          request,
          z.object({ ...machineInput.partial().shape, ...executionInput.partial().shape }),
        )
        return [{ action: `states:${request.operation}`, resource: executionArn }]
      },
      handle: async (request) => ({
        status: 200,
        body: JSON.stringify(handlers[request.operation]?.(request)),
      }),
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
          ? `${rule} has no RoleArn that lets it start ${machineArn}`
          : o.refusalOfRole(roleArn, 'events', permission)
      if (refused !== undefined) throw new Error(refused)
    },
    close: executions.close,
  }
}

function summaryOf({ arn, machineArn, name, status, startedAt, stoppedAt }: Execution) {
  return {
    executionArn: arn,
    stateMachineArn: machineArn,
    name,
    status,
    startDate: startedAt / 1000,
    ...(stoppedAt !== undefined && { stopDate: stoppedAt / 1000 }),
  }
}

/** A page of a list, after the item that the token names. Throws InvalidToken for one that this did not make. */
function pageOf<T>(
  all: readonly T[],
  nameOf: (item: T) => string,
  { maxResults, nextToken }: { readonly maxResults: number; readonly nextToken?: string | undefined },
) {
  const name = Buffer.from(nextToken ?? '', 'base64url').toString()
  const last = all.findIndex((item) => nameOf(item) === name)
  if (nextToken !== undefined && last === -1)
    throw new AwsError('InvalidToken', `Invalid Token: 'Invalid token'`)
  const items = all.slice(last + 1, last + 1 + (maxResults || 100))
  const end = items.at(-1)
  const isLast = end === undefined || end === all.at(-1)
  return { items, nextToken: isLast ? undefined : Buffer.from(nameOf(end)).toString('base64url') }
}
