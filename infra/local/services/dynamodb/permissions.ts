import * as z from 'zod'
import { AwsError, type AwsRequest, type Permission, readInput } from '../../gateway/aws-service.ts'

const onTable = z.object({ TableName: z.string(), IndexName: z.string().optional() })
const batch = z.object({ RequestItems: z.looseObject({}) })
const transaction = z.object({ TransactItems: z.array(z.looseObject({})).min(1) })

/** The IAM action that each kind of item in a transaction needs. The transaction itself needs none. */
const transactActions: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
}

/**
 * Returns the permissions that a call of DynamoDB needs (service authorization reference, "Actions, resources, and
 * condition keys for Amazon DynamoDB"). `arnOf` returns the ARN of a table by its name. The operation alone
 * decides which fields are read: DynamoDB ignores fields of other operations, so they must not change the permissions.
 *
 * @throws AwsError ValidationException if these fields are not valid.
 */
export function dynamoDbPermissionsOf(request: AwsRequest, arnOf: (table: string) => string): Permission[] {
  const { operation } = request
  const read = <S extends z.ZodType>(schema: S) => readInput(request, schema, 'ValidationException')
  const on = (action: string, table: string, index?: string): Permission => ({
    action: `dynamodb:${action}`,
    resource: index === undefined ? arnOf(table) : `${arnOf(table)}/index/${index}`,
  })
  if (operation === 'ListTables') return [{ action: 'dynamodb:ListTables', resource: '*' }]
  if (operation === 'TransactWriteItems')
    return read(transaction).TransactItems.flatMap((item) =>
      Object.entries(item).map(([kind, action]) => on(transactActions[kind] ?? kind, tableOf(action))),
    )
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    const tables = Object.keys(read(batch).RequestItems)
    if (tables.length === 0) throw new AwsError('ValidationException', 'RequestItems names no table')
    return tables.map((table) => on(operation, table))
  }
  const { TableName, IndexName } = read(onTable)
  return [on(operation, TableName, IndexName)]
}

function tableOf(action: unknown): string {
  const { data } = onTable.safeParse(action)
  if (data === undefined)
    throw new AwsError('ValidationException', 'An item of the transaction names no table')
  return data.TableName
}
