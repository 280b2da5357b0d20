import type { Stack } from 'aws-cdk-lib'
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs'
import type { Stage } from '../../../stages/read-stage.ts'
import type { Watched } from './watched.ts'

/** The queries that an operator needs under pressure. Replace the example in the first two by your own text. */
export const queries: Readonly<Record<string, readonly string[]>> = {
  'By correlation id': [
    'fields @timestamp, service, message, level, reaction, outcome, status, @log',
    // A batch has several ids, in a list.
    'filter @message like "CORRELATION-ID"',
    'sort @timestamp asc',
    'limit 1000',
  ],
  'By stream': [
    'fields @timestamp, service, message, level, command, version, reason, correlationId',
    'filter stream = "STREAM"',
    'sort @timestamp desc',
    'limit 1000',
  ],
  'Slowest requests': [
    'fields @timestamp, service, route, command, status, ms, correlationId',
    'filter message = "request"',
    'sort ms desc',
    'limit 50',
  ],
  'Cold starts': [
    'filter @type = "REPORT" and ispresent(@initDuration)',
    'stats count(*) as starts, avg(@initDuration) as averageMs, max(@initDuration) as longestMs by @log',
    'sort starts desc',
  ],
  Errors: [
    'fields @timestamp, service, level, message, error.name, error.message, stream, correlationId',
    'filter level in ["ERROR", "CRITICAL"] or @message like /Task timed out|Runtime exited|Invoke Error/',
    'sort @timestamp desc',
    'limit 200',
  ],
  'Throttled calls': [
    'filter message = "call was throttled"',
    'stats count(*) as calls by table, operation, stream, reason',
    'sort calls desc',
    'limit 50',
  ],
  'Commands by name and outcome': [
    'filter ispresent(command) and ispresent(outcome)',
    'stats count(*) as commands by command, outcome',
    'sort commands desc',
  ],
}

/** Saves the queries in CloudWatch Logs Insights, for the logs of every function. They cost nothing until they run. */
export function addQueries(stack: Stack, stage: Stage, { functions }: Watched): void {
  const logGroupNames = functions.map(({ logGroup }) => logGroup.logGroupName)
  for (const [name, lines] of Object.entries(queries))
    new CfnQueryDefinition(
      stack,
      `Query${name.replaceAll(/\s+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
      {
        name: `annals/${stage.name}/${name}`,
        logGroupNames,
        queryString: lines.join('\n| '),
      },
    )
}
