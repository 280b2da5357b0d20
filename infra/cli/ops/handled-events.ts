import { createHash } from 'node:crypto'
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import { mapInParallel } from '../../../commands/aws/parallel.ts'
import { orUnavailable } from '../../../commands/aws/sdk-call.ts'

/** The entry of an event and a reaction in the table of handled events. */
export interface Handled {
  /** `COMPLETED`, or `INPROGRESS` while the reaction runs and after it crashed. */
  readonly status: string
  /** The outcome that the reaction returned, such as that its mail was sent. */
  readonly outcome?: string | undefined
}

export interface HandledEvents {
  /** One answer for each key, in order; undefined if the event is not recorded. An entry expires after some days. */
  read(
    keys: readonly { readonly reaction: string; readonly event: string }[],
  ): Promise<readonly (Handled | undefined)[]>
}

const stored = z.object({ status: z.string(), data: z.optional(z.unknown()) })
const unavailable = orUnavailable('The table of handled events did not answer in time. Try again.')
/** Maximum number of entries that are read at the same time. */
const concurrency = 8

/** Reads the table that Powertools writes: its key is the reaction's name and a hash of the event's id. */
export function createHandledEvents(
  client: DynamoDBDocumentClient,
  tableName: string | undefined,
): HandledEvents {
  return {
    async read(keys) {
      if (tableName === undefined)
        throw new Error(
          'the stack lacks the output HandledEventsTable, which this code needs: deploy this code first',
        )
      return mapInParallel(keys, concurrency, async ({ reaction, event }) => {
        const Key = { id: handledId(reaction, event) }
        const get = new GetCommand({ TableName: tableName, Key, ConsistentRead: true })
        const { Item } = await client.send(get).catch(unavailable)
        if (Item === undefined) return undefined
        const { status, data } = stored.parse(Item)
        return { status, ...(typeof data === 'string' && { outcome: data }) }
      })
    },
  }
}

/** The key under which Powertools stores an event that a reaction has handled. */
export function handledId(reaction: string, event: string): string {
  return `${reaction}#${createHash('md5').update(JSON.stringify(event)).digest('base64')}`
}
