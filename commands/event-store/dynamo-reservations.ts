import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb'
import type { Reservation, ReservationReader, Reservations } from '../../domain/kernel/reservation.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import { costOf } from '../aws/dynamo-client.ts'
import { readPages } from '../aws/pages.ts'
import { orUnavailable, within } from '../aws/sdk-call.ts'

const unavailable = orUnavailable('The reservations did not answer in time. Try again.')

/**
 * The table of reservations in DynamoDB: `pk` (string) is the set, `sk` (string, up to 1 KB) the key, `stream` its
 * holder. A set is one partition, so one query lists it. A partition accepts 500 changes a second before DynamoDB
 * splits it, which is ten times the sign-ups that Cognito accepts.
 */
export function createDynamoReservations(
  client: DynamoDBDocumentClient,
  tableName: string,
): ReservationReader {
  return {
    async holderOf(reservation, deadline) {
      const answer = await client
        .send(
          new GetCommand({
            TableName: tableName,
            Key: keyOf(reservation),
            ConsistentRead: true,
            ReturnConsumedCapacity: 'TOTAL',
          }),
          within(deadline.left()),
        )
        .catch(unavailable)
      const cost = costOf('read', answer, [answer.ConsumedCapacity])
      return { stream: answer.Item && parseStreamName(`${answer.Item['stream']}`).stream, cost }
    },

    async isEmpty(set, deadline) {
      const { items, cost } = await readPages<Record<string, unknown>, Record<string, unknown>>(
        async (after, limit) => {
          const answer = await client
            .send(
              new QueryCommand({
                TableName: tableName,
                ConsistentRead: true,
                KeyConditionExpression: 'pk = :set',
                ExpressionAttributeValues: { ':set': set },
                ExclusiveStartKey: after,
                Limit: limit,
                ReturnConsumedCapacity: 'TOTAL',
              }),
              within(deadline.left()),
            )
            .catch(unavailable)
          const cost = costOf('read', answer, [answer.ConsumedCapacity])
          return { items: answer.Items ?? [], next: answer.LastEvaluatedKey, cost }
        },
        1,
      )
      return { empty: items.length === 0, cost }
    },
  }
}

/**
 * The part of a commit's transaction that takes and releases keys. Each write has the condition that no other stream
 * holds the key.
 */
export function reservationWrites(
  tableName: string,
  stream: string,
  { take, release }: Reservations,
): NonNullable<TransactWriteCommandInput['TransactItems']> {
  const free = {
    TableName: tableName,
    ConditionExpression: 'attribute_not_exists(pk) OR #stream = :stream',
    ExpressionAttributeNames: { '#stream': 'stream' },
    ExpressionAttributeValues: { ':stream': stream },
  }
  return [
    ...take.map((reservation) => ({ Put: { ...free, Item: { ...keyOf(reservation), stream } } })),
    ...release.map((reservation) => ({ Delete: { ...free, Key: keyOf(reservation) } })),
  ]
}

function keyOf({ set, key }: Reservation): { pk: string; sk: string } {
  return { pk: set, sk: key }
}
