import {
  CloudWatchLogsClient,
  type CloudWatchLogsClientConfig,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs'
import { mapInParallel } from '../../../../commands/aws/parallel.ts'
import { shortName } from '../failures/failed-work.ts'
import type { ResourcePrefixes } from '../stack.ts'
import type { FunctionLine, FunctionLogs, Period } from './logs.ts'

/** Number of log groups that are searched at the same time. An account allows 25 requests a second. */
const concurrency = 4
/** Each function has a log group of its name and this. */
const suffix = 'Log'

interface Group {
  readonly logGroupName: string
  readonly functionName: string
}

/** The logs of a stage's functions in CloudWatch, found by the beginning of the names of their log groups. */
export function openFunctionLogs(
  settings: CloudWatchLogsClientConfig,
  prefixes: ResourcePrefixes,
): FunctionLogs {
  const client = new CloudWatchLogsClient(settings)
  return {
    async find(phrase, period) {
      const groups = await groupsOf(client, prefixes)
      const found = await mapInParallel(groups, concurrency, (group) => search(client, group, phrase, period))
      return found.flat()
    },
  }
}

async function groupsOf(
  client: CloudWatchLogsClient,
  { data, service }: ResourcePrefixes,
): Promise<readonly Group[]> {
  const groups = new Map<string, Group>()
  for (const prefix of new Set([data, service])) {
    for await (const page of paginateDescribeLogGroups({ client }, { logGroupNamePrefix: prefix }))
      for (const { logGroupName = '' } of page.logGroups ?? []) {
        const name = shortName(logGroupName, prefix)
        if (name?.endsWith(suffix))
          groups.set(logGroupName, { logGroupName, functionName: name.slice(0, -suffix.length) })
      }
  }
  return [...groups.values()]
}

async function search(
  client: CloudWatchLogsClient,
  { logGroupName, functionName }: Group,
  phrase: string,
  { from, to }: Period,
): Promise<readonly FunctionLine[]> {
  const lines: FunctionLine[] = []
  // In quotation marks, a phrase is searched for as it is.
  const filterPattern = `"${phrase.replaceAll('"', '')}"`
  const input = { logGroupName, filterPattern, startTime: from, endTime: to }
  for await (const { events = [] } of paginateFilterLogEvents({ client }, input))
    for (const { timestamp = 0, message = '' } of events)
      lines.push({ functionName, at: timestamp, text: message })
  return lines
}
