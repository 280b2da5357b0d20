import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { createDynamoClient } from '../../../commands/aws/dynamo-client.ts'
import { runAll } from '../measure.ts'
import { watch } from '../wire.ts'
import {
  type Counted,
  counted,
  type Enter,
  eventType,
  evolve,
  initial,
  inThreeAttempts,
  metadata,
} from './contestant.ts'

/**
 * `lib-dynamodb` alone, as one would write it by hand: one conditional put per commit, with its events as a
 * JSON string, and one query per load. The item equals that of Annals to the byte.
 */
export const enter: Enter = async (database) => {
  const table = await database.table('raw', { keys: { pk: 'S', sk: 'N' }, stream: true })
  const client = createDynamoClient(database.client)

  const put = (stream: string, version: number, events: readonly Counted[], commandId: string) =>
    client.send(
      new PutCommand({
        TableName: table,
        Item: {
          pk: stream,
          sk: version,
          events: JSON.stringify(events.map((data) => ({ type: eventType, schema: 1, data }))),
          count: events.length,
          ...metadata(commandId),
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    )

  const load = async (stream: string) => {
    let state = initial
    let start: Record<string, unknown> | undefined
    do {
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': stream },
          ExclusiveStartKey: start,
        }),
      )
      for (const item of page.Items ?? []) for (const data of dataOf(item)) state = evolve(state, data)
      start = page.LastEvaluatedKey
    } while (start !== undefined)
    return state
  }

  return [
    {
      name: 'raw',
      wire: watch(client),
      table,
      async begin(stream, events) {
        await put(stream, 1, [counted(1)], 'first')
        return async () => {
          await put(stream, 2, events, 'second')
        }
      },
      async fill(stream, events) {
        const puts = Array.from(
          { length: events },
          (_, i) => () => put(stream, i + 1, [counted(i + 1)], `${i}`),
        )
        await runAll(puts, 16)
      },
      load,
      command: (stream, commandId) =>
        inThreeAttempts(isConflict, async () => {
          const { count } = await load(stream)
          await put(stream, count + 1, [counted(count + 1)], commandId)
        }),
      eventsOf: (item: Record<string, AttributeValue>) => dataOf(unmarshall(item)),
      close: () => client.destroy(),
    },
  ]
}

function dataOf(item: Record<string, unknown>): Counted[] {
  // `put` wrote this string.
  const events = JSON.parse(String(item['events'])) as { data: Counted }[]
  return events.map(({ data }) => data)
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException'
}
