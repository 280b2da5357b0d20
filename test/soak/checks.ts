import { DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb'
import { checkContiguous, fromItem } from '../../commands/event-store/commit-item.ts'
import type { Commit } from '../../domain/kernel/event.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { assemblyOf } from '../../infra/build/assemble.ts'
import type { ClientConfig } from '../kit/people/person.ts'
import { eventStoreTable } from '../kit/stores/event-store-table.ts'
import { until } from '../kit/until.ts'
import { vehicle } from '../kit/vehicle.ts'
import type { Acknowledged } from './load.ts'

/** Reads the commits of a stream with none of our own code but the item's codec. */
async function commitsOf({ client, TableName }: Store, id: string): Promise<Commit[]> {
  const pages = paginateQuery(
    { client: DynamoDBDocumentClient.from(client) },
    {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': streamName(vehicle.category, id) },
      ConsistentRead: true,
    },
  )
  const commits: Commit[] = []
  for await (const { Items = [] } of pages) commits.push(...Items.map(fromItem))
  return commits
}

type Store = ReturnType<typeof eventStoreTable>

/**
 * Throws an Error that names the first broken law. Every acknowledged event is stored once, at its version,
 * and no unacknowledged event is stored beside it. The read models show all events without help.
 */
export async function checkNothingLost(config: ClientConfig, all: readonly Acknowledged[]): Promise<void> {
  const { region, awsEndpoint: endpoint } = config
  // The template that `npm start` synthesised last.
  const store = eventStoreTable({ assembly: assemblyOf('dev'), endpoint, region })
  for (const id of new Set(all.map((one) => one.id))) {
    const commits = await commitsOf(store, id)
    checkContiguous(commits, 1)
    const written = commits.flatMap(({ version, events }) =>
      events.flatMap(({ type, data }, index) => {
        const by = vehicle.writtenBy(type, data)
        return by === undefined ? [] : [`${version + index} ${by.command} ${by.text}`]
      }),
    )
    const told = all
      .filter((one) => one.id === id)
      .sort((a, b) => a.version - b.version)
      .map(({ version, command, text }) => `${version} ${command} ${text}`)
    const lost = told.filter((one) => !written.includes(one))
    const more = written.filter((one) => !told.includes(one))
    if (lost.length + more.length > 0 || new Set(told).size !== told.length)
      throw new Error(
        `${vehicle.category} ${id}: lost ${JSON.stringify(lost)}, stored without an answer ${JSON.stringify(more)}`,
      )

    const head = commits.reduce((sum, { events }) => sum + events.length, 0)
    const by = all.find((one) => one.id === id)?.by
    let seen: unknown
    await until(
      async () => {
        seen = (await by?.query(vehicle.path(id)))?.body
        return (seen as { version?: number } | undefined)?.version === head
      },
      {
        what: () => `${vehicle.category} ${id} to be shown at ${head}: ${JSON.stringify(seen)}`,
        timeoutMs: 20_000,
      },
    )
  }
  store.client.destroy()
}
