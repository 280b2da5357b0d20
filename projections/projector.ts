import { Logger } from '@aws-lambda-powertools/logger'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { fromItem } from '../commands/event-store/commit-item.ts'
import { createDynamoClient } from '../commands/event-store/dynamo-client.ts'
import { createDynamoCommitTable } from '../commands/event-store/dynamo-commit-table.ts'
import { environment } from '../commands/event-store/environment.ts'
import { createEventStore } from '../commands/event-store/event-store.ts'
import { deadlineIn, systemClock } from '../commands/event-store/system-clock.ts'
import { createDynamoRowStore } from './engine/dynamo-row-store.ts'
import { generationsOf } from './generations.ts'
import { type Delivery, projectBatch, type StreamFailure } from './project-batch.ts'

/** What is kept back from the function's time to report which records to deliver again. */
const reserveMs = 2000

const logger = new Logger()
const clock = systemClock
const client = createDynamoClient()
const store = createEventStore(createDynamoCommitTable(client, environment('EVENT_STORE_TABLE')), clock)
const rows = createDynamoRowStore(client, environment('READ_MODEL_TABLE'), clock)

export async function handler(
  event: DynamoDBStreamEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<DynamoDBBatchResponse> {
  const deliveries: Delivery[] = []
  const unreadable: string[] = []
  for (const record of event.Records) {
    const sequenceNumber = record.dynamodb?.SequenceNumber ?? ''
    try {
      const commit = commitOf(record)
      if (commit !== undefined) deliveries.push({ commit, sequenceNumber })
    } catch (error) {
      logger.error('commit cannot be read', { ...placeOf(record), error: asError(error) })
      unreadable.push(sequenceNumber)
    }
  }

  const deadline = deadlineIn(context.getRemainingTimeInMillis() - reserveMs, clock)
  const failures = await projectBatch(deliveries, {
    store,
    rows,
    clock,
    deadline,
    generationsOf,
    onCaughtUp: (generation, stream, { version, cost }) => {
      const correlationIds = deliveries
        .filter(({ commit }) => commit.stream === stream)
        .map(({ commit }) => commit.correlationId)
      logger.info('projected', { generation: generation.id, stream, version, cost, correlationIds })
    },
  })
  failures.forEach(logFailure)
  const failed = [...unreadable, ...failures.map(({ sequenceNumber }) => sequenceNumber)]
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
}

/** The commit that a record announces. Commits never change: a record that says so is reported and has nothing to project. */
function commitOf(record: DynamoDBRecord): ReturnType<typeof fromItem> | undefined {
  if (record.eventName !== 'INSERT') {
    logger.critical('a commit was changed or removed', { eventName: record.eventName, ...placeOf(record) })
    return undefined
  }
  // The same JSON, typed twice: once by the Lambda types and once by the SDK.
  return fromItem(unmarshall((record.dynamodb?.NewImage ?? {}) as Record<string, AttributeValue>))
}

function placeOf(record: DynamoDBRecord): Record<string, unknown> {
  return { stream: record.dynamodb?.Keys?.['pk']?.S, version: record.dynamodb?.Keys?.['sk']?.N }
}

function logFailure({ stream, sequenceNumber, error }: StreamFailure): void {
  logger.error('stream was not projected', { stream, sequenceNumber, error: asError(error) })
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
