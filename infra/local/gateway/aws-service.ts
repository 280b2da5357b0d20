import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type * as z from 'zod'
import { parseJson } from './json.ts'
import type { OperationTable } from './operations.ts'

/** A call of an AWS operation, as the gateway passes it to a service. */
export interface AwsRequest {
  readonly operation: string
  /** The path of a REST call, as it was sent. */
  readonly path?: string
  readonly body: Buffer
  /** The HTTP message, for a service that reads the body itself. */
  readonly message?: IncomingMessage
  readonly headers: IncomingHttpHeaders
  /** Logical id of the function that calls; `undefined` for the developer. */
  readonly caller?: string | undefined
}

export interface AwsResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** The body. A stream is opened when it is sent, and the headers give its length. */
  readonly body: string | Buffer | (() => Readable)
}

/** An action on a resource, as IAM names both. */
export interface Permission {
  readonly action: string
  readonly resource: string
  /** The condition key `s3:prefix`: the prefix that is listed, or the key whose absence the answer would reveal. */
  readonly prefix?: string
}

/** One AWS service behind the gateway. */
export interface AwsService {
  /** The names of the service in `X-Amz-Target`: the text before the dot, such as `DynamoDB_20120810`. */
  readonly targets: readonly string[]
  /**
   * How to recognise a REST call: the service name that its clients sign for, and its operations by method and path.
   */
  readonly rest?: {
    readonly signedFor: string
    /** Returns the operation of a call. For a call in the query protocol, `query` includes the form in its body. */
    readonly operationOf: (
      method: string,
      path: string,
      query: URLSearchParams,
      headers: IncomingHttpHeaders,
    ) => string | undefined
    /**
     * Present if the service also accepts unsigned calls. It reads their bodies itself, because these may be larger
     * than memory.
     */
    readonly open?: {
      /** Whether an unsigned request to this path is for the service. */
      readonly takes: (path: string) => boolean
      /** Formats an error in a format other than JSON. */
      readonly wordError: (error: AwsError, request: AwsRequest) => AwsResponse
    }
  }
  /** Every operation that is modelled. All others are refused. */
  readonly operations: OperationTable
  /** Returns the permissions that a call needs; none for operations that AWS accepts without a signature. */
  permissions(request: AwsRequest): readonly Permission[]
  handle(request: AwsRequest): Promise<AwsResponse>
}

/** An error in the format of AWS services: `__type` and `message` in a JSON body. */
export class AwsError extends Error {
  readonly status: number
  readonly code: string
  constructor(code: string, message: string, status = 400) {
    super(message)
    this.name = code
    this.code = code
    this.status = status
  }
}

/** Thrown to lose an answer: the gateway breaks the connection. */
export class LostAnswer extends Error {}

/**
 * Returns the JSON object in the body of a call; an empty object if the body is empty. Every service reads its input
 * with this function.
 *
 * @throws AwsError SerializationException if the body is not a JSON object.
 */
export function jsonOf({ body }: Pick<AwsRequest, 'body'>): Readonly<Record<string, unknown>> {
  const refuse = (reason: string) => new AwsError('SerializationException', `${reason}: send a JSON object`)
  let value: unknown
  try {
    value = parseJson(body.toString() || '{}')
  } catch (error) {
    throw refuse(`The body is not valid (${error instanceof Error ? error.message : error})`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse('The body is not an object')
  return value as Readonly<Record<string, unknown>> // a JSON object has this type
}

/** Reads the JSON of a call. Throws an AwsError with this code that names the first invalid place. */
export function readInput<S extends z.ZodType>(request: AwsRequest, schema: S, code: string): z.output<S> {
  const { data, error } = schema.safeParse(jsonOf(request))
  const issue = error?.issues[0]
  if (issue) throw new AwsError(code, `Value at '${issue.path.join('.')}' is not valid: ${issue.message}`)
  return data as z.output<S> // without an error, the schema gives it this type
}

/** Writes a line to the log of the local cloud. `source` is a service or a function's logical id. */
export type Log = (source: string, message: string) => void
