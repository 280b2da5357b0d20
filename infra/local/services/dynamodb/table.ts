import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { allowOnly, fieldsOf, type Properties } from '../../cloud/template.ts'
import { AwsError } from '../../gateway/aws-service.ts'
import { callDynamoDb, type DynamoDbAddress, dynamoDbTarget } from './client.ts'

export interface Table {
  readonly name: string
  readonly arn: string
  readonly streamArn?: string
}

/**
 * The modelled properties of a table. Properties marked "no meaning here" do not matter to one database on one
 * machine.
 */
const modelled = {
  table: [
    'TableName',
    'KeySchema',
    'AttributeDefinitions',
    'BillingMode',
    'GlobalSecondaryIndexes',
    'StreamSpecification',
    'TimeToLiveSpecification',
    'Replicas',
    'SSESpecification', // no meaning here
    'WriteOnDemandThroughputSettings', // no meaning here
  ],
  index: ['IndexName', 'KeySchema', 'Projection', 'WriteOnDemandThroughputSettings'],
  stream: ['StreamViewType'],
  replica: [
    'Region',
    'DeletionProtectionEnabled',
    'PointInTimeRecoverySpecification',
    'ResourcePolicy',
    'Tags',
    'ContributorInsightsSpecification',
    'GlobalSecondaryIndexes',
    'ReadOnDemandThroughputSettings',
    'SSESpecification',
    'TableClass',
  ],
}

/**
 * Creates the table of an `AWS::DynamoDB::GlobalTable` with resolved properties. An existing table with the same name
 * and keys keeps its items. Its indexes, stream and time to live follow the properties.
 *
 * @throws Error of one line that names the property that is not modelled, or the table with other keys.
 */
export async function createTable(
  address: DynamoDbAddress,
  logicalId: string,
  properties: Properties,
): Promise<Table> {
  const call = (operation: string, input: Properties) =>
    callDynamoDb(address, `${dynamoDbTarget}.${operation}`, input)
  const name = typeof properties['TableName'] === 'string' ? properties['TableName'] : `Annals-${logicalId}`
  const wanted = definitionOf(logicalId, properties)

  async function describe(): Promise<Properties | undefined> {
    try {
      const table = fieldsOf((await call('DescribeTable', { TableName: name }))['Table'])
      const parts = [table, ...recordsOf(table['GlobalSecondaryIndexes'])]
      if (parts.every((part) => (part['TableStatus'] ?? part['IndexStatus']) === 'ACTIVE')) return table
    } catch (error) {
      if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined
      throw error
    }
    await delay(100)
    return describe()
  }

  async function update(input: Properties): Promise<void> {
    await call('UpdateTable', { TableName: name, ...input })
    await describe()
  }

  let table = await describe()
  if (table) {
    const view = fieldsOf(table['StreamSpecification'])['StreamViewType']
    const wantedView = fieldsOf(wanted['StreamSpecification'])['StreamViewType']
    if (!isDeepStrictEqual(keysOf(table), keysOf(wanted)) || (view !== undefined && view !== wantedView)) {
      throw new Error(
        `Table ${name} exists with other keys or another stream than ${logicalId} has: delete it (or the data ` +
          'folder with everything in it), or give the table another name',
      )
    }
    const there = indexesOf(table)
    const indexes = indexesOf(wanted)
    for (const index of without(there, indexes)) {
      await update({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: index['IndexName'] } }] })
    }
    const { AttributeDefinitions, StreamSpecification } = wanted
    for (const index of without(indexes, there)) {
      await update({ AttributeDefinitions, GlobalSecondaryIndexUpdates: [{ Create: index }] })
    }
    if (view !== wantedView) await update({ StreamSpecification })
  } else {
    await call('CreateTable', { TableName: name, ...wanted })
  }
  for (table = undefined; !table; ) table = await describe()

  const live = fieldsOf((await call('DescribeTimeToLive', { TableName: name }))['TimeToLiveDescription'])
  const wantedLive = fieldsOf(properties['TimeToLiveSpecification'])
  const { TimeToLiveStatus: status, AttributeName } = live
  if (wantedLive['Enabled'] === true ? AttributeName !== wantedLive['AttributeName'] : status === 'ENABLED') {
    const off = { Enabled: false, AttributeName }
    const TimeToLiveSpecification = wantedLive['Enabled'] === true ? wantedLive : off
    await call('UpdateTimeToLive', { TableName: name, TimeToLiveSpecification })
  }
  const streamArn = table['LatestStreamArn']
  return { name, arn: String(table['TableArn']), ...(typeof streamArn === 'string' && { streamArn }) }
}

/** Returns the properties in the form that `CreateTable` takes. */
function definitionOf(logicalId: string, properties: Properties): Properties {
  allowOnly(modelled.table, properties, logicalId)
  const indexes = recordsOf(properties['GlobalSecondaryIndexes'])
  for (const index of indexes) allowOnly(modelled.index, index, `${logicalId}.GlobalSecondaryIndexes`)
  const replicas = recordsOf(properties['Replicas'])
  for (const replica of replicas) allowOnly(modelled.replica, replica, `${logicalId}.Replicas`)
  if (replicas.length > 1) throw new Error(`${logicalId}.Replicas is not modelled beyond one region`)
  const billing = properties['BillingMode'] ?? 'PROVISIONED'
  if (billing !== 'PAY_PER_REQUEST')
    throw new Error(`${logicalId}.BillingMode is not modelled: ${String(billing)}`)
  const stream = fieldsOf(properties['StreamSpecification'])
  allowOnly(modelled.stream, stream, `${logicalId}.StreamSpecification`)
  return {
    KeySchema: properties['KeySchema'],
    AttributeDefinitions: properties['AttributeDefinitions'],
    BillingMode: billing,
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
    ...(stream['StreamViewType'] !== undefined && {
      StreamSpecification: { StreamEnabled: true, ...stream },
    }),
  }
}

/** Returns the key attributes of a table in their order, each with its type. */
function keysOf(table: Properties): unknown[] {
  const types = recordsOf(table['AttributeDefinitions'])
  return recordsOf(table['KeySchema']).map(({ AttributeName, KeyType }) => {
    const type = types.find((definition) => definition['AttributeName'] === AttributeName)?.['AttributeType']
    return [AttributeName, KeyType, type]
  })
}

function indexesOf(table: Properties): Properties[] {
  return recordsOf(table['GlobalSecondaryIndexes']).map(({ IndexName, KeySchema, Projection }) => ({
    IndexName,
    KeySchema,
    Projection,
  }))
}

function without(some: readonly Properties[], others: readonly Properties[]): Properties[] {
  return some.filter((one) => !others.some((other) => isDeepStrictEqual(one, other)))
}

function recordsOf(value: unknown): Properties[] {
  return Array.isArray(value) ? value.map(fieldsOf) : []
}
