import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import { costOf } from '../../commands/aws/dynamo-client.ts'
import { failureOf } from '../../commands/aws/sdk-call.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { batchRead } from '../engine/dynamo-batch-read.ts'
import type { GenerationList, GenerationLists } from './generation-list.ts'

const prefix = 'generations#'
const keyOf = (projection: string) => ({ PK: `${prefix}${projection}`, SK: 'list' })

/**
 * The lists in the read model's table, one item each: `PK` is `generations#<projection>`. A write must match the
 * revision.
 */
export function createDynamoGenerationLists(
  client: DynamoDBDocumentClient,
  tableName: string,
  clock: Clock,
): GenerationLists {
  return {
    async read(projections) {
      const { items, cost } = await batchRead(client, tableName, projections.map(keyOf), clock)
      const lists = items.map((item): [string, GenerationList] => [
        `${item['PK']}`.slice(prefix.length),
        asList(item),
      ])
      return { lists: new Map(lists), cost }
    },

    async move(projection, { revision, ...list }) {
      try {
        const answer = await client.send(
          new PutCommand({
            TableName: tableName,
            Item: { ...keyOf(projection), revision, list: JSON.stringify(list) },
            ConditionExpression: revision === 1 ? 'attribute_not_exists(PK)' : '#revision = :before',
            ...(revision > 1 && {
              ExpressionAttributeNames: { '#revision': 'revision' },
              ExpressionAttributeValues: { ':before': revision - 1 },
            }),
            ReturnConsumedCapacity: 'TOTAL',
          }),
        )
        return { outcome: 'moved', cost: costOf('write', answer, [answer.ConsumedCapacity]) }
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException) && failureOf(error) === 'definite')
          throw error
        return { outcome: 'again', cost: { requests: 1, readUnits: 0, writeUnits: 0 } }
      }
    },
  }
}

function asList(item: Record<string, unknown>): GenerationList {
  const { revision, list } = stored.parse(item)
  const parsed = listed.safeParse(JSON.parse(list))
  if (parsed.success) return { revision, ...parsed.data }
  throw new Problem(
    'unreadable',
    'A list of generations cannot be read, because another version of the code wrote it.',
  )
}

const stored = z.object({ revision: z.number(), list: z.string() })
const listed = z.object({
  live: z.string(),
  previous: z.optional(z.string()),
  switchedAt: z.optional(z.string()),
  generations: z.array(
    z.object({
      id: z.string(),
      version: z.number(),
      generation: z.number(),
      status: z.enum(['building', 'built', 'abandoned']),
      segments: z.optional(z.number()),
    }),
  ),
  removing: z.array(z.object({ id: z.string(), since: z.string() })),
  next: z.number(),
})
