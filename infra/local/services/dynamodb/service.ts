import {
  AwsError,
  type AwsRequest,
  type AwsResponse,
  type AwsService,
  type Log,
} from '../../gateway/aws-service.ts'
import { type DynamoDbAddress, dynamoDbTarget, isLoopback, postDynamoDb } from './client.ts'
import { startDynoxide } from './dynoxide.ts'
import { permissionsOf } from './permissions.ts'
import { createTable, type Table } from './template.ts'

export interface DynamoDb {
  /** Of the engine itself, behind the gateway. */
  readonly endpoint: string
  readonly service: AwsService
  /**
   * Makes the table of an `AWS::DynamoDB::GlobalTable` whose properties are resolved, or brings the one that is
   * there in line with them. Throws where a property is not modelled or a table stands in the way.
   */
  createTable(logicalId: string, properties: Record<string, unknown>): Promise<Table>
  /** Calls the listener after each write that went through the gateway. Returns how to stop that. */
  onWrite(listener: () => void): () => void
  close(): Promise<void>
}

/** The operations of this repository, and who calls them. */
export const operations = {
  GetItem: 'the projection engine (a guard), the query API, the event store (who holds a reservation)',
  BatchGetItem: 'the query API (small rows)',
  Query:
    'the event store (a stream, a set of reservations), the query API (lists), npm run ops (what is parked)',
  Scan: 'npm run ops (a walk over the event store: verify, republish)',
  PutItem: 'the event store (a commit), the projection engine (one row)',
  BatchWriteItem: 'the projection engine (rows of a feed)',
  UpdateItem: 'Powertools idempotency (what a reaction has done)',
  DeleteItem:
    'Powertools idempotency (a reaction that failed), the forwarder (a stream that is not parked any more)',
  TransactWriteItems:
    'the event store (a commit with reservations), the projection engine (several rows, counters)',
}

const writes = new Set(['PutItem', 'BatchWriteItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems'])

/**
 * Starts the embedded DynamoDB on the data folder, or takes the one at `endpoint` instead.
 *
 * @throws Error in one line, where `endpoint` is not on this machine and `allowRemote` is not set, or where the
 * engine cannot start.
 */
export async function startDynamoDb(o: {
  dataDir: string
  endpoint?: string
  allowRemote: boolean
  region: string
  log: Log
}): Promise<DynamoDb> {
  if (o.endpoint !== undefined && !isLoopback(o.endpoint) && !o.allowRemote) {
    throw new Error(
      `DynamoDB at ${o.endpoint} is not on this machine: --allow-remote says that it may be used`,
    )
  }
  const engine = o.endpoint === undefined ? await startDynoxide(o) : undefined
  const address: DynamoDbAddress = { endpoint: engine?.endpoint ?? o.endpoint ?? '', region: o.region }
  const listeners = new Set<() => void>()
  const arns = new Map<string, string>()

  async function handle(request: AwsRequest): Promise<AwsResponse> {
    refuseForeignCharacters(request.body)
    const response = await pass(request)
    if (writes.has(request.operation)) for (const listener of listeners) listener()
    return response
  }

  function pass({ operation, body }: AwsRequest): Promise<AwsResponse> {
    return postDynamoDb(address, `${dynamoDbTarget}.${operation}`, body).catch((error: Error) => {
      // The engine went away before it answered; whether it wrote is unknown, as after any 500.
      throw new AwsError('InternalServerError', `DynamoDB did not answer: ${error.message}`, 500)
    })
  }

  const arnOf = (table: string) =>
    arns.get(table) ?? `arn:aws:dynamodb:${o.region}:000000000000:table/${table}`
  const permissions = (request: AwsRequest) => permissionsOf(request, arnOf)
  return {
    endpoint: address.endpoint,
    service: { targets: [dynamoDbTarget], operations, permissions, handle },
    async createTable(logicalId, properties) {
      const table = await createTable(address, logicalId, properties)
      // The engine knows no region and names itself in its place.
      const local = (arn: string) =>
        engine ? arn.replace(/^arn:aws:dynamodb:[^:]*/, `arn:aws:dynamodb:${o.region}`) : arn
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
    close: async () => engine?.close(),
  }
}

/**
 * Refuses what aborts the engine: an expression with a character beyond ASCII in it. DynamoDB has none in its
 * grammar either; such a name belongs in ExpressionAttributeNames.
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
