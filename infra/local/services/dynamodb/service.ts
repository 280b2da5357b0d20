import {
  AwsError,
  type AwsRequest,
  type AwsResponse,
  type AwsService,
  type Log,
} from '../../gateway/aws-service.ts'
import type { Credentials } from '../../gateway/signature-v4.ts'
import { type DynamoDbAddress, dynamoDbTarget, localCredentials, postDynamoDb } from './client.ts'
import { type DatabaseEngine, startEngine } from './engine.ts'
import { dynamoDbOperations } from './operations.ts'
import { dynamoDbPermissionsOf } from './permissions.ts'
import { createTable, type Table } from './table.ts'

export interface DynamoDb {
  /** The endpoint of the engine itself, behind the gateway. */
  readonly endpoint: string
  /**
   * The credentials that its tables are created with. A DynamoDB with a database per access key finds them only with
   * these.
   */
  readonly credentials: Omit<Credentials, 'sessionToken'>
  readonly service: AwsService
  /**
   * Creates the table of an `AWS::DynamoDB::GlobalTable` whose properties are resolved, or changes the existing one to
   * match them. Throws if a property is not modelled or the name belongs to a table that cannot match.
   */
  createTable(logicalId: string, properties: Record<string, unknown>): Promise<Table>
  /** Calls the listener after each write through the gateway. Returns a function that removes the listener. */
  onWrite(listener: () => void): () => void
  close(): Promise<void>
}

const writes = new Set(['PutItem', 'BatchWriteItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems'])

/**
 * Starts the embedded DynamoDB on the data folder, or uses the one at `endpoint` instead.
 *
 * @throws Error as `startEngine` does.
 */
export async function startDynamoDb(o: {
  readonly dataDir: string
  readonly endpoint?: string
  readonly allowRemote: boolean
  readonly region: string
  readonly log: Log
}): Promise<DynamoDb> {
  return openDynamoDb(await startEngine(o), o.region)
}

/** Serves the tables of a running engine. */
export function openDynamoDb(engine: DatabaseEngine, region: string): DynamoDb {
  const address: DynamoDbAddress = { endpoint: engine.endpoint, region }
  const listeners = new Set<() => void>()
  const arns = new Map<string, string>()

  async function handle(request: AwsRequest): Promise<AwsResponse> {
    refuseForeignCharacters(request.body)
    const response = await pass(request)
    if (request.operation === 'DescribeTable') return described(response)
    if (writes.has(request.operation)) for (const listener of listeners) listener()
    return response
  }

  function pass({ operation, body }: AwsRequest): Promise<AwsResponse> {
    return postDynamoDb(address, `${dynamoDbTarget}.${operation}`, body).catch((error: Error) => {
      // The engine stopped before it answered. As after any 500, the caller does not know whether it wrote.
      throw new AwsError('InternalServerError', `DynamoDB did not answer: ${error.message}`, 500)
    })
  }

  /** The engine puts its own name in place of the region. */
  const local = (text: string) =>
    engine.isEmbedded ? text.replace(/arn:aws:dynamodb:[a-z0-9-]*:/g, `arn:aws:dynamodb:${region}:`) : text

  /** Returns an answer that describes a table, with the names that the template uses. */
  function described(answer: AwsResponse): AwsResponse {
    const { 'x-amz-crc32': _, ...headers } = answer.headers ?? {}
    return { ...answer, headers, body: local(String(answer.body)) }
  }

  const arnOf = (table: string) => arns.get(table) ?? `arn:aws:dynamodb:${region}:000000000000:table/${table}`
  const permissions = (request: AwsRequest) => dynamoDbPermissionsOf(request, arnOf)
  return {
    endpoint: address.endpoint,
    credentials: localCredentials,
    service: { targets: [dynamoDbTarget], operations: dynamoDbOperations, permissions, handle },
    async createTable(logicalId, properties) {
      const table = await createTable(address, logicalId, properties)
      arns.set(table.name, local(table.arn))
      return {
        name: table.name,
        arn: local(table.arn),
        ...(table.streamArn !== undefined && { streamArn: local(table.streamArn) }),
      }
    },
    onWrite(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: engine.close,
  }
}

/**
 * Refuses an expression with a character beyond ASCII, which would abort the engine. DynamoDB's grammar does not
 * allow it either; such a name belongs in ExpressionAttributeNames.
 */
function refuseForeignCharacters(body: Buffer): void {
  if (!/[\x80-\xff]|\\u/.test(body.toString('latin1'))) return
  JSON.parse(body.toString(), (key, value: unknown) => {
    const foreign =
      key.endsWith('Expression') && typeof value === 'string' ? /[^\0-\x7f]+/u.exec(value) : null
    if (foreign) {
      throw new AwsError(
        'ValidationException',
        `Invalid ${key}: Syntax error; token: "${foreign[0]}", near: "${value}"`,
      )
    }
    return value
  })
}
