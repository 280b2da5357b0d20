import { type AwsRequest, jsonOf, type Permission } from '../../gateway/aws-service.ts'

interface Input {
  readonly TableName?: string
  readonly IndexName?: string
  readonly RequestItems?: Readonly<Record<string, unknown>>
  readonly TransactItems?: readonly Readonly<Record<string, { readonly TableName?: string }>>[]
}

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
 * condition keys for Amazon DynamoDB"). `arnOf` returns the ARN of a table by its name.
 */
export function dynamoDbPermissionsOf(request: AwsRequest, arnOf: (table: string) => string): Permission[] {
  const input: Input = jsonOf(request)
  const on = (action: string, table = '', index?: string): Permission => ({
    action: `dynamodb:${action}`,
    resource: index === undefined ? arnOf(table) : `${arnOf(table)}/index/${index}`,
  })
  if (input.TransactItems !== undefined) {
    return input.TransactItems.flatMap((item) =>
      Object.entries(item).map(([kind, { TableName }]) => on(transactActions[kind] ?? kind, TableName)),
    )
  }
  if (input.RequestItems !== undefined) {
    return Object.keys(input.RequestItems).map((table) => on(request.operation, table))
  }
  if (request.operation === 'ListTables') return [{ action: 'dynamodb:ListTables', resource: '*' }]
  return [on(request.operation, input.TableName, input.IndexName)]
}
