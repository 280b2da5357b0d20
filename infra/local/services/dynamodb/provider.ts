import type { ResolvedResource, ServiceProvider } from '../../cloud/provider.ts'
import { fieldsOf, type Properties } from '../../cloud/template.ts'
import { compilePolicy } from '../../iam/policy.ts'
import { dynamoDbOperations, streamOperations } from './operations.ts'
import { type DynamoDb, openDynamoDb } from './service.ts'
import { createDynamoDbStreams } from './streams-service.ts'

const tableType = 'AWS::DynamoDB::GlobalTable'

export const dynamoDb: ServiceProvider<DynamoDb> = {
  service: 'DynamoDB',
  resources: {
    [tableType]: {
      modelled:
        'A table in one region with its indexes, its stream, its time to live and its resource policy.',
      // The engine names a table when it creates it.
      names: () => ({}),
    },
  },
  operations: { ...dynamoDbOperations, ...streamOperations },
  async open(context) {
    const { region } = context.stack
    const opened = openDynamoDb(context.engine, region)
    const create = async ({ logicalId, properties }: ResolvedResource) => {
      const { name, arn, streamArn } = await opened.createTable(logicalId, properties)
      context.learn(logicalId, { Ref: name, Arn: arn, StreamArn: streamArn })
      const document = resourcePolicyOf(properties)
      if (document !== undefined) context.resourcePolicies.set(arn, compilePolicy(document, logicalId))
    }
    // Tables are created concurrently, because most of the time is spent waiting for the engine.
    await Promise.all(context.resourcesOf(tableType).map(create))
    context.serve(opened.service)
    context.serve(createDynamoDbStreams({ endpoint: opened.endpoint, region }))
    return opened
  },
}

/** Returns the resource policy of a table. */
function resourcePolicyOf(table: Properties): unknown {
  const { Replicas: replicas } = table
  const [replica] = Array.isArray(replicas) ? replicas : []
  return fieldsOf(fieldsOf(replica)['ResourcePolicy'])['PolicyDocument']
}
