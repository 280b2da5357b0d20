import { readFileSync } from 'node:fs'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { checkContiguous, fromItem } from '../../commands/event-store/commit-item.ts'
import type { Commit } from '../../domain/kernel/event.ts'
import type { ClientConfig } from '../kit/person.ts'
import { until } from '../kit/until.ts'
import type { Acknowledged } from './load.ts'

/** Reads the commits of a project past all of our own code but the item's codec. */
export async function commitsOf(config: ClientConfig, projectId: string): Promise<Commit[]> {
  const credentials = { accessKeyId: 'developer', secretAccessKey: 'any' }
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ region: config.region, endpoint: config.awsEndpoint, credentials }),
  )
  const commits: Commit[] = []
  let ExclusiveStartKey: Record<string, unknown> | undefined
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: eventStoreTable(),
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': `project-${projectId}` },
        ConsistentRead: true,
        ...(ExclusiveStartKey && { ExclusiveStartKey }),
      }),
    )
    commits.push(...(page.Items ?? []).map(fromItem))
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey !== undefined)
  client.destroy()
  return commits
}

/** Of the template that `npm start` has made last. */
function eventStoreTable(): string {
  // A template of CDK, with the one table that has a stream.
  const { Resources } = JSON.parse(readFileSync('cdk.out/Annals.template.json', 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>
  }
  const store = Object.entries(Resources).find(
    ([, { Type, Properties }]) => Type === 'AWS::DynamoDB::GlobalTable' && Properties['StreamSpecification'],
  )
  return `Annals-${store?.[0]}`
}

const commandsOfEvents: Readonly<Record<string, string>> = {
  ProjectCreated: 'create-project',
  ProjectRenamed: 'rename-project',
  ProjectDescribed: 'describe-project',
}

/**
 * Throws an Error that names the first law that is broken: what was acknowledged stands once, at its version, with
 * nothing beside it that nobody was told of; and the read models show all of it by themselves.
 */
export async function checkNothingLost(config: ClientConfig, all: readonly Acknowledged[]): Promise<void> {
  for (const projectId of new Set(all.map((one) => one.projectId))) {
    const commits = await commitsOf(config, projectId)
    checkContiguous(commits, 1)
    const written = commits.flatMap(({ version, events }) =>
      events.flatMap(({ type, data }, index) => {
        const command = commandsOfEvents[type]
        if (command === undefined) return []
        const { title, description } = data as { title?: string; description?: string } // of these events
        return [`${version + index} ${command} ${command === 'describe-project' ? description : title}`]
      }),
    )
    const told = all
      .filter((one) => one.projectId === projectId)
      .sort((a, b) => a.version - b.version)
      .map(({ version, command, text }) => `${version} ${command} ${text}`)
    const lost = told.filter((one) => !written.includes(one))
    const more = written.filter((one) => !told.includes(one))
    if (lost.length + more.length > 0 || new Set(told).size !== told.length)
      throw new Error(
        `project ${projectId}: lost ${JSON.stringify(lost)}, never told of ${JSON.stringify(more)}`,
      )

    const head = commits.reduce((sum, { events }) => sum + events.length, 0)
    const by = all.find((one) => one.projectId === projectId)?.by
    let seen: unknown
    await until(
      async () => {
        seen = (await by?.query(`/projects/${projectId}`))?.body
        return (seen as { version?: number } | undefined)?.version === head
      },
      {
        what: () => `project ${projectId} to be shown at ${head}: ${JSON.stringify(seen)}`,
        timeoutMs: 20_000,
      },
    )
  }
}
