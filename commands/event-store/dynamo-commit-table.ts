import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { Problem } from '../../domain/kernel/problem.ts'
import type { CommitItem } from './commit-item.ts'
import type { CommitTable } from './commit-table.ts'
import { costOf, failureOf, within } from './dynamo-client.ts'

/** The event store's table in DynamoDB: keys `pk` (string) and `sk` (number). */
export function createDynamoCommitTable(client: DynamoDBDocumentClient, tableName: string): CommitTable {
  return {
    async putNew(item, timeoutMs) {
      try {
        const answer = await client.send(
          new PutCommand({
            TableName: tableName,
            Item: item,
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            ReturnConsumedCapacity: 'TOTAL',
          }),
          within(timeoutMs),
        )
        return { outcome: 'put', cost: costOf('write', answer, [answer.ConsumedCapacity]) }
      } catch (error) {
        // A refused condition is charged like the write, but its answer does not say so.
        if (error instanceof ConditionalCheckFailedException && error.Item !== undefined) {
          const standing = unmarshall(error.Item) as CommitItem // Its own table: `fromItem` checks before use.
          return { outcome: 'occupied', item: standing, cost: costOf('write', error, [{ CapacityUnits: 1 }]) }
        }
        if (failureOf(error) === 'definite') throw error
        return { outcome: 'unknown', cost: { requests: attemptsOf(error), readUnits: 0, writeUnits: 0 } }
      }
    },

    async query(stream, { from, order, limit }, timeoutMs) {
      try {
        const answer = await client.send(
          new QueryCommand({
            TableName: tableName,
            ConsistentRead: true,
            KeyConditionExpression:
              order === 'forward' ? 'pk = :pk AND sk >= :from' : 'pk = :pk AND sk <= :from',
            ExpressionAttributeValues: { ':pk': stream, ':from': from },
            ScanIndexForward: order === 'forward',
            ReturnConsumedCapacity: 'TOTAL',
            ...(limit === undefined ? {} : { Limit: limit }),
          }),
          within(timeoutMs),
        )
        return {
          items: answer.Items ?? [],
          more: answer.LastEvaluatedKey !== undefined,
          cost: costOf('read', answer, [answer.ConsumedCapacity]),
        }
      } catch (cause) {
        if (failureOf(cause) === 'definite') throw cause
        throw new Problem('unavailable', 'The event store did not answer in time. Try again.', {
          retryAfterSeconds: 1,
          cause,
        })
      }
    },
  }
}

function attemptsOf(error: unknown): number {
  const { $metadata } = error as { $metadata?: { attempts?: number } } // SDK errors carry it; others do not
  return $metadata?.attempts ?? 1
}
