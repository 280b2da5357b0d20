import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type * as z from 'zod'
import { parseJson } from './json.ts'
import type { OperationTable } from './operations.ts'

/** A call of an AWS operation, as the gateway hands it to a service. */
export interface AwsRequest {
  readonly operation: string
  /** Of a REST call, as it was sent. */
  readonly path?: string
  readonly body: Buffer
  /** The message itself, for a service that reads the body itself. */
  readonly message?: IncomingMessage
  readonly headers: IncomingHttpHeaders
  /** Logical id of the function that calls, or `undefined` for the developer at the keyboard. */
  readonly caller?: string | undefined
}

export interface AwsResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** A stream is opened when it is sent, and the headers give its length. */
  readonly body: string | Buffer | (() => Readable)
}

/** An action on a resource, as IAM names both. */
export interface Permission {
  readonly action: string
  readonly resource: string
  /** The condition key `s3:prefix`: the prefix that is listed, or the key whose absence would be told. */
  readonly prefix?: string
}

/** One AWS service behind the gateway. */
export interface AwsService {
  /** How a call names the service: the text before the dot in `X-Amz-Target`, such as `DynamoDB_20120810`. */
  readonly targets: readonly string[]
  /** The same for a REST service: the name that its clients sign for, and its operations by method and path. */
  readonly rest?: {
    readonly signedFor: string
    readonly operationOf: (method: string, path: string, query: URLSearchParams) => string | undefined
    /** For a service that strangers call too, with bodies larger than memory: it reads the bodies itself. */
    readonly open?: {
      /** Whether a request to this path is for the service though nobody signed it. */
      readonly takes: (path: string) => boolean
      /** Words an error in a format other than JSON. */
      readonly wordError: (error: AwsError, request: AwsRequest) => AwsResponse
    }
  }
  /** Every operation that is modelled. Any other is refused. */
  readonly operations: OperationTable
  /** The permissions that a call needs; none for operations that AWS takes without a signature. */
  permissions(request: AwsRequest): readonly Permission[]
  handle(request: AwsRequest): Promise<AwsResponse>
}

/** An error as an AWS service words it: `__type` and `message` in a JSON body. */
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

/** Thrown in place of an answer that gets lost: the connection breaks. */
export class LostAnswer extends Error {}

/**
 * The JSON object in the body of a call; an empty one if the body is empty. Every service reads its input by this.
 *
 * @throws AwsError SerializationException if it is no object in JSON.
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
  return value as Readonly<Record<string, unknown>> // what an object in JSON is
}

/** Reads the JSON of a call. Throws an AwsError of this code that names the first place that is wrong. */
export function readInput<S extends z.ZodType>(request: AwsRequest, schema: S, code: string): z.output<S> {
  const { data, error } = schema.safeParse(jsonOf(request))
  const issue = error?.issues[0]
  if (issue) throw new AwsError(code, `Value at '${issue.path.join('.')}' is not valid: ${issue.message}`)
  return data as z.output<S> // without an error, it is what the schema says
}

/** One line per event an operator would look for. `source` is a service or a function's logical id. */
export type Log = (source: string, message: string) => void
