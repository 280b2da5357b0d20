import { randomUUID } from 'node:crypto'
import type { Faults } from '../../faults/faults.ts'
import {
  AwsError,
  type AwsRequest,
  type AwsResponse,
  type AwsService,
  type Log,
} from '../../gateway/aws-service.ts'
import { parseJson } from '../../gateway/json.ts'
import { decoded } from '../../gateway/rest-query.ts'
import { actionOf, show, showingOperationOf, shownName } from './describe.ts'
import { createFunction, type LambdaFunction } from './function.ts'
import type { FunctionDefinition } from './function-definition.ts'
import type { Invocation } from './invocation.ts'
import { lambdaOperations } from './operations.ts'
import { startRuntimeApi } from './runtime-api.ts'

export interface Lambda {
  readonly service: AwsService
  /** Creates a function, or replaces the one with this ARN. */
  define(definition: FunctionDefinition): void
  /** Returns the function with this ARN or name. Throws if there is none. */
  find(nameOrArn: string): FunctionDefinition
  /** Invokes a function by its ARN and waits for its answer. Rejects if there is no such function. */
  invoke(functionArn: string, payload: unknown, requestId?: string): Promise<Invocation>
  /** Returns when the oldest unanswered invocation was requested, in milliseconds since 1970. */
  oldestInvocation(): number | undefined
  close(): Promise<void>
}

const invocationPath = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/

/**
 * Runs functions in processes of their own and serves them the Lambda Runtime API (Lambda developer guide, "Using the
 * Lambda runtime API for custom runtimes"). `endpoint` is the address of the AWS services for them.
 */
export async function startLambda(o: {
  region: string
  endpoint: string
  faults: Faults
  /** Accepts an event for a function that runs later, durably. */
  invokeAsync: (functionArn: string, payload: unknown) => void
  /** The debugger's port for the first function. Each further function has the next port. */
  inspectPort?: number | undefined
  log: Log
  /** Keeps a line of a function in its log group. */
  keepLine: (logGroup: string, line: string) => void
}): Promise<Lambda> {
  const functions = new Map<string, LambdaFunction>()
  const running = new Set<{ readonly since: number }>()

  const runtimeApi = await startRuntimeApi({
    environment: (id) => [...functions.values()].flatMap((f) => f.environment(id) ?? [])[0],
    log: o.log,
  })

  function find(nameOrArn: string): FunctionDefinition {
    for (const { definition } of functions.values()) {
      const { arn, name } = definition()
      if (arn === nameOrArn || name === nameOrArn) return definition()
    }
    throw new AwsError('ResourceNotFoundException', `Function not found: ${nameOrArn}`, 404)
  }

  async function invoke(functionArn: string, payload: unknown, requestId?: string): Promise<Invocation> {
    const called = functions.get(functionArn)
    if (called === undefined) throw new Error(`There is no function ${functionArn}`)
    const invocation = { since: Date.now() }
    running.add(invocation)
    try {
      return await called.invoke(JSON.stringify(payload), requestId)
    } finally {
      running.delete(invocation)
    }
  }

  const named = ({ path = '' }: AwsRequest) =>
    find(decoded(invocationPath.exec(path)?.[1] ?? shownName(path)))

  const definitions = () => [...functions.values()].map((one) => one.definition())

  async function handle(request: AwsRequest): Promise<AwsResponse> {
    const shown = show(request.operation, () => named(request), definitions)
    if (shown !== undefined)
      return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(shown) }
    const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse'
    const payload = payloadOf(request)
    // A dry run checks the permission and the function's existence, and does not run it.
    if (type === 'DryRun') return { status: 204, body: '' }
    if (type === 'Event') {
      o.invokeAsync(named(request).arn, payload)
      return { status: 202, body: '' }
    }
    if (type !== 'RequestResponse')
      throw new AwsError('InvalidParameterValueException', `InvocationType ${type} is not valid`)
    return answerOf(await invoke(named(request).arn, payload))
  }

  return {
    service: {
      targets: [],
      rest: {
        signedFor: 'lambda',
        operationOf(method, path) {
          if (method === 'GET') return showingOperationOf(path)
          return method === 'POST' && invocationPath.test(path) ? 'Invoke' : undefined
        },
      },
      operations: lambdaOperations,
      permissions: ({ operation, ...request }) =>
        operation === 'ListFunctions'
          ? [{ action: 'lambda:ListFunctions', resource: '*' }]
          : [{ action: actionOf(operation), resource: named({ operation, ...request }).arn }],
      handle,
    },
    find,
    invoke,
    // A set keeps the order in which its members were added.
    oldestInvocation: () => running.values().next().value?.since,
    define(definition) {
      const there = functions.get(definition.arn)
      if (there !== undefined) return there.replace(definition)
      const inspectPort = o.inspectPort && o.inspectPort + functions.size
      const options = { ...o, inspectPort, runtimeApi: runtimeApi.addressOf, newId: randomUUID }
      functions.set(definition.arn, createFunction(definition, options))
      if (inspectPort) o.log(definition.logicalId, `accepts a debugger at 127.0.0.1:${inspectPort}`)
    },
    async close() {
      await Promise.all([...functions.values()].map((f) => f.close()))
      await runtimeApi.close()
    },
  }
}

/** Returns the event in the body of a call. Throws InvalidRequestContentException if the body is not JSON. */
function payloadOf({ body }: AwsRequest): unknown {
  try {
    return parseJson(body.toString() || '{}')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const message = `Could not parse request body into json: ${reason}`
    throw new AwsError('InvalidRequestContentException', message)
  }
}

/**
 * Returns the answer of a synchronous `Invoke`. If the function fails, the status is still 200, with the header
 * `X-Amz-Function-Error`.
 */
function answerOf({ payload, error }: Invocation): AwsResponse {
  const json = { 'content-type': 'application/json' }
  if (error === undefined) return { status: 200, headers: json, body: JSON.stringify(payload) }
  return {
    status: 200,
    headers: { ...json, 'x-amz-function-error': 'Unhandled' },
    body: JSON.stringify(error),
  }
}
