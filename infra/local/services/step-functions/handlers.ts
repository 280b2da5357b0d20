import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { AwsError, type AwsRequest, readInput } from '../../gateway/aws-service.ts'
import type { Executions } from './executions.ts'
import { withoutData } from './history.ts'
import type { stepFunctionsOperations } from './operations.ts'
import type { Execution } from './store.ts'
import type { StateMachine } from './template.ts'

/** Finds the machines of the template and their executions. */
export interface KnownExecutions {
  readonly executions: Executions
  readonly machines: readonly StateMachine[]
  /** When the local cloud opened the machines, in milliseconds since the epoch. */
  readonly createdAt: number
  /** Returns the machine with this ARN. Throws StateMachineDoesNotExist. */
  machineOf(arn: string): StateMachine
  /**
   * Returns the execution with this ARN. Throws ExecutionDoesNotExist, or InvalidArn for an execution of an Express
   * machine.
   */
  executionOf(arn: string): Execution
}

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

/** Returns the ARN of the machine or the execution in a call. */
export function resourceOf(request: AwsRequest): string {
  if (request.operation === 'ListStateMachines') return '*'
  const { stateMachineArn = '', executionArn = stateMachineArn } = read(
    request,
    z.object({ ...machineInput.partial().shape, ...executionInput.partial().shape }),
  )
  return executionArn
}

type Handler = (request: AwsRequest, known: KnownExecutions) => object

export const handlers: Readonly<Record<keyof typeof stepFunctionsOperations, Handler>> = {
  ListStateMachines(request, { machines, createdAt }) {
    const { items, nextToken } = pageOf(machines, ({ arn }) => arn, read(request, z.object(page)))
    const stateMachines = items.map(({ arn: stateMachineArn, name, type }) => ({
      stateMachineArn,
      name,
      type,
      creationDate: createdAt / 1000,
    }))
    return { stateMachines, nextToken }
  },
  DescribeStateMachine(request, { machineOf, createdAt }) {
    const { arn, name, type, roleArn, source } = machineOf(read(request, machineInput).stateMachineArn)
    const creationDate = createdAt / 1000
    return { stateMachineArn: arn, name, type, roleArn, definition: source, status: 'ACTIVE', creationDate }
  },
  StartExecution(request, { executions, machineOf }) {
    const { stateMachineArn, input, name = randomUUID() } = read(request, startInput)
    const { arn, startedAt } = executions.start(machineOf(stateMachineArn), input, name)
    return { executionArn: arn, startDate: startedAt / 1000 }
  },
  DescribeExecution(request, { executionOf }) {
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
  ListExecutions(request, { executions, machineOf }) {
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
  GetExecutionHistory(request, { executions, executionOf }) {
    const { executionArn, includeExecutionData, reverseOrder, ...where } = read(request, historyInput)
    const history = executions.history(executionOf(executionArn))
    const events = reverseOrder ? history.toReversed() : history
    const { items, nextToken } = pageOf(events, ({ id }) => String(id), where)
    return { events: includeExecutionData ? items : items.map(withoutData), nextToken }
  },
}

function read<S extends z.ZodType>(request: AwsRequest, schema: S): z.output<S> {
  return readInput(request, schema, 'ValidationException')
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

/**
 * Returns a page of a list, after the item that the token names. Throws InvalidToken for any token that this function
 * did not make.
 */
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
