import {
  type CancellationReason,
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb'
import {
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { costOf } from '../aws/dynamo-client.ts'
import { readPages } from '../aws/pages.ts'
import { failureOf, orUnavailable, within } from '../aws/sdk-call.ts'
import type { CommitItem } from './commit-item.ts'
import { type CommitTable, maxVersion, type PutAnswer } from './commit-table.ts'
import { reservationWrites } from './dynamo-reservations.ts'

/**
 * The event store's table in DynamoDB: keys `pk` (string) and `sk` (number). A caller that only reads needs no table of
 * reservations.
 */
export function createDynamoCommitTable(
  client: DynamoDBDocumentClient,
  tableName: string,
  reservationTableName?: string,
): CommitTable {
  const put = (item: CommitItem) => ({
    TableName: tableName,
    Item: item,
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  })

  return {
    async putNew(item, { take, release }, timeoutMs) {
      const reservations = [...take, ...release]
      const writes =
        reservationTableName === undefined
          ? []
          : reservationWrites(reservationTableName, item.pk, { take, release })
      if (writes.length < reservations.length) throw new TypeError('this store has no table of reservations')
      try {
        if (writes.length === 0) {
          const answer = await client.send(
            new PutCommand({ ...put(item), ReturnConsumedCapacity: 'TOTAL' }),
            within(timeoutMs),
          )
          return { outcome: 'put', cost: costOf('write', answer, [answer.ConsumedCapacity]) }
        }
        const answer = await client.send(
          new TransactWriteCommand({
            TransactItems: [{ Put: put(item) }, ...writes],
            ReturnConsumedCapacity: 'TOTAL',
          }),
          within(timeoutMs),
        )
        return { outcome: 'put', cost: costOf('write', answer, answer.ConsumedCapacity ?? []) }
      } catch (error) {
        // DynamoDB charges as much for a write that its condition refuses, but the answer does not report the charge.
        if (error instanceof ConditionalCheckFailedException && error.Item !== undefined) {
          const cost = costOf('write', error, [{ CapacityUnits: 1 }])
          return { outcome: 'occupied', item: standing(error.Item), cost }
        }
        if (error instanceof TransactionCanceledException) {
          const cost = costOf('write', error, [{ CapacityUnits: 2 * (1 + reservations.length) }])
          const [ofCommit, ...ofReservations] = error.CancellationReasons ?? []
          if (ofCommit?.Item !== undefined)
            return { outcome: 'occupied', item: standing(ofCommit.Item), cost }
          const outcome = outcomeOf(ofCommit, ofReservations)
          if (outcome === 'unknown') return { outcome, cost }
          const reservation = reservations[ofReservations.findIndex(isRefused)]
          if (outcome === 'taken' && reservation !== undefined) return { outcome, reservation, cost }
          throw error
        }
        if (failureOf(error) === 'definite') throw error
        return { outcome: 'unknown', cost: { requests: attemptsOf(error), readUnits: 0, writeUnits: 0 } }
      }
    },

    async query(stream, { from, to, order, limit }, timeoutMs) {
      const forward = order === 'forward'
      const low = forward ? from : (to ?? 0)
      const high = forward ? (to ?? maxVersion) : from
      let more = false
      // Reads one page, and further pages only while each page is empty and more follow.
      const { items, cost } = await readPages<Record<string, unknown>, Record<string, unknown>>(
        async (after) => {
          const answer = await client
            .send(
              new QueryCommand({
                TableName: tableName,
                ConsistentRead: true,
                KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
                ExpressionAttributeValues: { ':pk': stream, ':low': low, ':high': high },
                ExclusiveStartKey: after,
                ScanIndexForward: forward,
                Limit: limit,
                ReturnConsumedCapacity: 'TOTAL',
              }),
              within(timeoutMs),
            )
            .catch(orUnavailable('The event store did not answer in time. Try again.'))
          more = answer.LastEvaluatedKey !== undefined
          const cost = costOf('read', answer, [answer.ConsumedCapacity])
          return { items: answer.Items ?? [], next: answer.LastEvaluatedKey, cost }
        },
        1,
      )
      return { items, more, cost }
    },
  }
}

function attemptsOf(error: unknown): number {
  const { $metadata } = error as { $metadata?: { attempts?: number } } // only errors of the SDK have this field
  return $metadata?.attempts ?? 1
}

function standing(item: Parameters<typeof unmarshall>[0]): CommitItem {
  return unmarshall(item) as CommitItem // `fromItem` checks it before use.
}

/**
 * The outcome of a cancelled transaction if no other commit has the version. `taken` requires that the commit itself
 * was not refused. A conflict on the commit may be with our own write in flight, so the outcome is then unknown.
 * `definite` means that a retry would fail, too.
 */
function outcomeOf(
  ofCommit: CancellationReason | undefined,
  ofReservations: readonly CancellationReason[],
): Exclude<PutAnswer['outcome'], 'put' | 'occupied'> | 'definite' {
  if (ofCommit === undefined) return 'unknown'
  if ((ofCommit.Code ?? 'None') === 'None' && ofReservations.some(isRefused)) return 'taken'
  return [ofCommit, ...ofReservations].some(({ Code }) => transientReasons.has(Code ?? ''))
    ? 'unknown'
    : 'definite'
}

function isRefused({ Code }: CancellationReason): boolean {
  return Code === 'ConditionalCheckFailed'
}

/** The codes of a temporary cancellation, from TransactWriteItems in the API reference. */
const transientReasons = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])
