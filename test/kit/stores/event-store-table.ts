import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { physicalName, readTemplate } from '../../../infra/local/index.ts'

/** The developer's own access to the event store of a running local cloud, without any of our own code. */
export function eventStoreTable(o: { assembly: string; endpoint: string; region: string }): {
  client: DynamoDBClient
  TableName: string
} {
  const { ofType } = readTemplate(o.assembly)
  // The one table that has a stream.
  const store = ofType('AWS::DynamoDB::GlobalTable').find(
    ({ properties }) => properties['StreamSpecification'],
  )
  const credentials = { accessKeyId: 'developer', secretAccessKey: 'any' }
  const client = new DynamoDBClient({ region: o.region, endpoint: o.endpoint, credentials })
  return { client, TableName: physicalName(store?.logicalId ?? '') }
}
