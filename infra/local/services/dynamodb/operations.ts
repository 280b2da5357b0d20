import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of DynamoDB that are modelled. */
export const dynamoDbOperations = {
  ListTables: { tool: 'AWS CLI' },
  DescribeTable: { tool: 'AWS CLI' },
  DescribeTimeToLive: { tool: 'AWS CLI' },
  GetItem: { call: 'new GetCommand(', tool: 'AWS CLI' },
  BatchGetItem: { call: 'new BatchGetCommand(', tool: 'AWS CLI' },
  Query: { tool: 'AWS CLI' },
  Scan: { tool: 'AWS CLI' },
  PutItem: { call: 'new PutCommand(', tool: 'AWS CLI' },
  BatchWriteItem: { call: 'new BatchWriteCommand(', tool: 'AWS CLI' },
  UpdateItem: { call: 'new DynamoDBPersistenceLayer(', tool: 'AWS CLI' },
  DeleteItem: { call: 'new DeleteCommand(', tool: 'AWS CLI' },
  TransactWriteItems: { call: 'new TransactWriteCommand(', tool: 'AWS CLI' },
} satisfies OperationTable

/** The operations of DynamoDB Streams that are modelled. */
export const streamOperations = {
  ListStreams: { tool: 'AWS CLI' },
  DescribeStream: { tool: 'AWS CLI' },
  GetShardIterator: { tool: 'AWS CLI' },
  GetRecords: { tool: 'AWS CLI' },
} satisfies OperationTable
