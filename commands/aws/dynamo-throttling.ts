import { Logger } from '@aws-lambda-powertools/logger'
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import { createDynamoClient } from './dynamo-client.ts'

/** The log message of a call that DynamoDB throttled. A saved query matches it. */
export const throttledCall = 'call was throttled'

type WarningLogger = Pick<Logger, 'warn'>

/** The client of a function. It logs every attempt that DynamoDB throttles, also if the SDK's next attempt succeeds. */
export function createLoggingDynamoClient(
  config: DynamoDBClientConfig = {},
  logger: WarningLogger = new Logger(),
): DynamoDBDocumentClient {
  const client = createDynamoClient(config)
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        try {
          return await next(args)
        } catch (error) {
          const reason = reasonOf(error)
          if (reason !== undefined)
            logger.warn(throttledCall, { operation: commandName, reason, ...targetOf(args.input) })
          throw error
        }
      },
    // After the SDK's retries, so that it runs for each attempt.
    { step: 'finalizeRequest', priority: 'low', name: 'logThrottledCalls' },
  )
  return client
}

/** The fields of the SDK's errors that tell why a call was throttled. Two exceptions spell the same field differently. */
interface Throttled {
  readonly name?: string
  readonly ThrottlingReasons?: readonly ThrottlingReason[]
  readonly throttlingReasons?: readonly ThrottlingReason[]
  readonly CancellationReasons?: readonly { readonly Code?: string }[]
}

interface ThrottlingReason {
  readonly reason?: string
}

const throttlingErrors = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
])
const throttlingCodes = new Set(['ThrottlingError', 'ProvisionedThroughputExceeded'])

/** The reason that DynamoDB gives, or the name of the error; undefined for another error. */
function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { ThrottlingReasons, throttlingReasons, CancellationReasons = [] } = error as Throttled
  if (throttlingErrors.has(error.name))
    return (ThrottlingReasons ?? throttlingReasons)?.[0]?.reason ?? error.name
  return CancellationReasons.map(({ Code = '' }) => Code).find((code) => throttlingCodes.has(code))
}

/** The parts of a request that name its table and its partition. */
interface Request {
  readonly TableName?: string
  readonly Key?: Keys
  readonly Item?: Keys
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>
  readonly TransactItems?: readonly Readonly<Record<string, Request>>[]
}

interface Keys {
  readonly pk?: unknown
}

/** The table of a call and, if the call is about one stream of the event store, the stream. */
function targetOf(input: object): { table?: string; stream?: string } {
  const { TransactItems = [], ...single } = input as Request // an input of the SDK
  const [first = single] = TransactItems.flatMap((item) => Object.values(item))
  const { TableName: table, Key, Item, ExpressionAttributeValues: values = {} } = first
  const stream = streamOf(Key?.pk ?? Item?.pk ?? values[':pk'])
  return { ...(table !== undefined && { table }), ...(stream !== undefined && { stream }) }
}

/** Only names of streams are logged: other keys may contain personal data. */
function streamOf(key: unknown): string | undefined {
  const text = typeof key === 'object' && key !== null && 'S' in key ? key.S : key
  if (typeof text !== 'string') return undefined
  try {
    return parseStreamName(text).stream
  } catch {
    return undefined
  }
}
