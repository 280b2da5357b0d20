import { AwsError, type AwsRequest, type AwsResponse, type AwsService } from '../../gateway/aws-service.ts'
import { parseJson } from '../../gateway/json.ts'
import { decoded } from '../../gateway/rest-query.ts'
import { actionOf, nameIn, show, showingOperationOf } from './describe.ts'
import type { FunctionDefinition, NamedFunction } from './function-definition.ts'
import type { Invocation } from './invocation.ts'
import { lambdaOperations } from './operations.ts'
import { readFunctionName } from './qualifier.ts'

const invocationPath = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/

/** Serves the operations of Lambda on these functions. */
export function lambdaApi(o: {
  readonly find: (nameOrArn: string) => NamedFunction
  readonly all: () => readonly FunctionDefinition[]
  readonly invoke: (functionArn: string, payload: unknown) => Promise<Invocation>
  readonly invokeAsync: (functionArn: string, payload: unknown) => void
}): AwsService {
  function named({ path = '', message }: AwsRequest): NamedFunction {
    const name = decoded(invocationPath.exec(path)?.[1] ?? nameIn(path))
    const inQuery = new URLSearchParams(message?.url?.split('?')[1]).get('Qualifier')
    return o.find(inQuery === null ? name : `${readFunctionName(name).unqualified}:${inQuery}`)
  }

  async function handle(request: AwsRequest): Promise<AwsResponse> {
    const shown = show(request, () => named(request), o.all)
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
    return answerOf(await o.invoke(named(request).arn, payload))
  }

  return {
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
