import { join } from 'node:path'
import * as z from 'zod'
import { AwsError, type AwsRequest, type AwsService, readInput } from '../../gateway/aws-service.ts'
import { type LogFile, openLogFile } from './log-file.ts'
import { logsOperations } from './operations.ts'

export interface LogGroup {
  readonly name: string
  readonly arn: string
}

export interface Logs {
  readonly service: AwsService
  /** Adds a line to a log group. A line of a group that the template does not declare is not kept. */
  append(groupName: string, text: string): void
}

/** Half of the bytes that a log group keeps. */
const halfBytes = 4 * 1024 * 1024
/** The maximum of both operations (CloudWatch Logs API reference). */
const mostEvents = 10_000
const mostGroups = 50

const listInput = z.object({
  logGroupNamePrefix: z.string().default(''),
  limit: z.int().min(1).max(mostGroups).default(mostGroups),
  nextToken: z.string().optional(),
})
const filterInput = z.object({
  logGroupName: z.string(),
  startTime: z.int().min(0).default(0),
  endTime: z.int().min(0).default(Number.MAX_SAFE_INTEGER),
  // A phrase in quotation marks. Other patterns are refused.
  filterPattern: z
    .string()
    .regex(/^("[^"]*")?$/, 'only a phrase in quotation marks is modelled')
    .default(''),
  limit: z.int().min(1).max(mostEvents).default(mostEvents),
  nextToken: z.string().optional(),
})

const invalid = 'InvalidParameterException'

/** Opens the log groups of a template, in files under `dataDir` (CloudWatch Logs API reference). */
export function openLogs(dataDir: string, groups: readonly LogGroup[]): Logs {
  const files = new Map(
    groups.map(({ name }): [string, LogFile] => [
      name,
      openLogFile(join(dataDir, 'logs', `${encodeURIComponent(name)}.jsonl`), halfBytes),
    ]),
  )

  function describe(request: AwsRequest): object {
    const { logGroupNamePrefix, limit, nextToken } = readInput(request, listInput, invalid)
    const listed = groups
      .filter(({ name }) => name.startsWith(logGroupNamePrefix))
      .map(({ name, arn }) => ({ logGroupName: name, arn }))
    const { items, next } = pageOf(listed, limit, nextToken)
    return { logGroups: items, nextToken: next }
  }

  function filter(request: AwsRequest): object {
    const input = readInput(request, filterInput, invalid)
    const { logGroupName, startTime, endTime, filterPattern, limit, nextToken } = input
    const file = files.get(logGroupName)
    if (file === undefined)
      throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.')
    const phrase = filterPattern.slice(1, -1)
    const found = file
      .lines()
      .filter(({ at, text }) => at >= startTime && at <= endTime && text.includes(phrase))
      .map(({ at, text }, index) => ({
        logStreamName: 'local',
        eventId: `${at}-${index}`,
        timestamp: at,
        ingestionTime: at,
        message: text,
      }))
    const { items, next } = pageOf(found, limit, nextToken)
    return { events: items, nextToken: next, searchedLogStreams: [] }
  }

  return {
    append: (groupName, text) => files.get(groupName)?.append({ at: Date.now(), text }),
    service: {
      targets: ['Logs_20140328'],
      operations: logsOperations,
      permissions(request) {
        const action = `logs:${request.operation}`
        if (request.operation === 'DescribeLogGroups') return [{ action, resource: '*' }]
        const { logGroupName } = readInput(request, filterInput, invalid)
        return [{ action, resource: groups.find(({ name }) => name === logGroupName)?.arn ?? '*' }]
      },
      async handle(request) {
        const answer = request.operation === 'FilterLogEvents' ? filter(request) : describe(request)
        return { status: 200, body: JSON.stringify(answer) }
      },
    },
  }
}

/** Returns the items from the token's place on, and the token of the rest if there is one. */
function pageOf<Item>(
  items: readonly Item[],
  limit: number,
  token = '0',
): { readonly items: readonly Item[]; readonly next: string | undefined } {
  const from = Number(token)
  if (!Number.isInteger(from) || from < 0) throw new AwsError(invalid, 'The specified nextToken is invalid.')
  const end = from + limit
  return { items: items.slice(from, end), next: end < items.length ? String(end) : undefined }
}
