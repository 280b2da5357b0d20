import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { operations as cognito } from '../../../infra/local/services/cognito/service.ts'
import { operations as dynamoDb } from '../../../infra/local/services/dynamodb/service.ts'
import { operations as streams } from '../../../infra/local/services/dynamodb/streams-service.ts'
import { operations as events } from '../../../infra/local/services/eventbridge/service.ts'
import { operations as lambda } from '../../../infra/local/services/lambda/service.ts'
import { operations as s3 } from '../../../infra/local/services/s3/service.ts'
import { operations as mail } from '../../../infra/local/services/ses/service.ts'
import { operations as queues } from '../../../infra/local/services/sqs/service.ts'
import { operations as stepFunctions } from '../../../infra/local/services/step-functions/service.ts'

/** Everything that may call an operation: the sources, the README's story, and clients of the tests. */
const callers = [
  ...['domain', 'commands', 'projections', 'workflows', 'infra/cli/ops'].flatMap(sourcesIn),
  'README.md',
  'test/kit/people/person.ts',
  'test/kit/people/user-pool.ts',
  'test/infra/local/services/sqs/queues.test.ts',
  'test/infra/local/services/step-functions/step-functions.test.ts',
  'test/infra/local/services/s3/s3.test.ts',
  'test/infra/local/services/s3/cors.test.ts',
].map((file) => readFileSync(file, 'utf8'))

function sourcesIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files.filter((file) => file.endsWith('.ts')).map((file) => join(folder, file))
}

/** The name of the command class of AWS's client: `TransactWriteItems` is `TransactWriteCommand` in lib-dynamodb. */
const documentClient: Readonly<Record<string, string>> = {
  GetItem: 'GetCommand',
  BatchGetItem: 'BatchGetCommand',
  BatchWriteItem: 'BatchWriteCommand',
  PutItem: 'PutCommand',
  Query: 'QueryCommand',
  Scan: 'ScanCommand',
  TransactWriteItems: 'TransactWriteCommand',
  DeleteItem: 'DeleteCommand',
  // Powertools writes it for us.
  UpdateItem: 'DynamoDBPersistenceLayer',
  PostObject: 'createPresignedPost',
  // A browser sends it by itself.
  Preflight: 'access-control-request-method',
}

describe("the local cloud's tables of operations", () => {
  it.each(
    Object.keys({
      ...dynamoDb,
      ...streams,
      ...cognito,
      ...lambda,
      ...queues,
      ...events,
      ...mail,
      ...stepFunctions,
      ...s3,
    }),
  )('list %s, which something here calls', (operation) => {
    const names = [`${operation}Command`, documentClient[operation], `cognito ${operation}`]
    expect(callers.some((text) => names.some((name) => name !== undefined && text.includes(name)))).toBe(true)
  })
})
