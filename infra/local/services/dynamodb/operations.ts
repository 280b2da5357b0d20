import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of DynamoDB that are modelled. */
export const dynamoDbOperations = {
  GetItem: {
    caller: 'the event store, to find who holds a reservation',
    file: 'commands/event-store/dynamo-reservations.ts',
    call: 'new GetCommand(',
  },
  BatchGetItem: {
    caller: 'the query API, for small rows',
    file: 'projections/engine/dynamo-batch-read.ts',
    call: 'new BatchGetCommand(',
  },
  Query: {
    caller: 'the event store, to read a stream',
    file: 'commands/event-store/dynamo-commit-table.ts',
    call: 'new QueryCommand(',
  },
  Scan: {
    caller: 'npm run ops, to walk over the event store',
    file: 'projections/rebuild/walk/dynamo-commit-scan.ts',
    call: 'new ScanCommand(',
  },
  PutItem: {
    caller: 'the event store, for a commit',
    file: 'commands/event-store/dynamo-commit-table.ts',
    call: 'new PutCommand(',
  },
  BatchWriteItem: {
    caller: 'the projection engine, for the rows of a feed',
    file: 'projections/engine/dynamo-batch-write.ts',
    call: 'new BatchWriteCommand(',
  },
  UpdateItem: {
    caller: 'Powertools idempotency, for an event that a reaction has handled',
    file: 'workflows/reactions/dynamo-handled-events.ts',
    call: 'new DynamoDBPersistenceLayer(',
  },
  DeleteItem: {
    caller: 'the forwarder, for a stream that is no longer parked',
    file: 'projections/publishing/dynamo-parked-streams.ts',
    call: 'new DeleteCommand(',
  },
  TransactWriteItems: {
    caller: 'the event store, for a commit with reservations',
    file: 'commands/event-store/dynamo-commit-table.ts',
    call: 'new TransactWriteCommand(',
  },
} satisfies OperationTable

/** The operations of DynamoDB Streams that are modelled. */
export const streamOperations = {
  DescribeStream: {
    caller: 'npm run ops, to show new events',
    file: 'infra/cli/ops/new-items.ts',
    call: 'new DescribeStreamCommand(',
  },
  GetShardIterator: {
    caller: 'the redrive of batches that a stream mapping gave up',
    file: 'projections/redrive/dynamo-shard-reader.ts',
    call: 'new GetShardIteratorCommand(',
  },
  GetRecords: {
    caller: 'the redrive of batches that a stream mapping gave up',
    file: 'projections/redrive/dynamo-shard-reader.ts',
    call: 'new GetRecordsCommand(',
  },
} satisfies OperationTable
