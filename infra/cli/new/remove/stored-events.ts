import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ListTablesCommand } from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { createDynamoClient } from '../../../../commands/aws/dynamo-client.ts'
import { fromItem } from '../../../../commands/event-store/commit-item.ts'
import { parseStreamName } from '../../../../domain/kernel/stream.ts'
import { createDynamoCommitScan } from '../../../../projections/rebuild/walk/dynamo-commit-scan.ts'
import { readAnnouncement, startDynamoDb } from '../../../local/index.ts'

/** The number of events in the local cloud's data folder, by category. Empty if there is no such folder. */
export async function storedEvents(dataDir: string): Promise<ReadonlyMap<string, number>> {
  const folder = resolve(dataDir)
  const running = await readAnnouncement(folder)
  if (running !== undefined) return countIn(running.endpoint, running.region)
  if (!existsSync(join(folder, 'dynamodb.sqlite'))) return new Map()
  const region = 'us-east-1'
  const database = await startDynamoDb({ dataDir: folder, allowRemote: false, region, log: () => {} })
  try {
    return await countIn(database.endpoint, region)
  } finally {
    await database.close()
  }
}

async function countIn(endpoint: string, region: string): Promise<ReadonlyMap<string, number>> {
  // The local cloud treats every caller that is not one of its functions as the developer.
  const credentials = { accessKeyId: 'developer', secretAccessKey: 'any' }
  const client = createDynamoClient({ endpoint, region, credentials })
  const counts = new Map<string, number>()
  for (const table of await eventStoreTables(client)) {
    const scan = createDynamoCommitScan(client, table)
    for (let page = await scan.page(undefined, 10_000); ; page = await scan.page(page.next, 10_000)) {
      for (const item of page.items) {
        const { stream, events } = fromItem(item)
        const { aggregate } = parseStreamName(stream)
        counts.set(aggregate, (counts.get(aggregate) ?? 0) + events.length)
      }
      if (page.next === undefined) break
    }
  }
  client.destroy()
  return counts
}

async function eventStoreTables(client: DynamoDBDocumentClient): Promise<string[]> {
  const { TableNames = [] } = await client.send(new ListTablesCommand({}))
  return TableNames.filter((name) => name.startsWith('Annals-EventStore'))
}
