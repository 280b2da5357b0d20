import { type Spelling, withArticle, withCapital } from '../names.ts'

/** A function on a schedule that sends a command to each stream that is due. */
export interface NewSweep {
  readonly name: Spelling
  readonly expression: string
  readonly feature: Spelling
  /** The newest version of the read model, and the name of its constant, such as `bookingsV1`. */
  readonly version: number
  readonly constant: string
  /** The command, such as `remind-booking`. */
  readonly command: Spelling
  /** The type of event that the command emits. */
  readonly emits: string
  /** The field of the state that is true once that event has happened. */
  readonly flag: string
  /** Whether the aggregate has the status `active`. */
  readonly hasActive: boolean
}

/** The actor of the command, and its decision. */
export const decisionOf = ({
  name,
  feature,
  command,
  emits,
  flag,
  hasActive,
}: NewSweep) => `/** The actor of \`${name.kebab}\`. It owns nothing. */
export const ${name.camel}Actor = '${name.kebab}'

/**
 * Decides \`${command.kebab}\`, which only \`${name.kebab}\` sends. Its list may lag, so check here again whether the
 * ${feature.words} is due at \`_now\`, in milliseconds.
 */
function ${command.camel}(state: ${feature.pascal}State, _now: number): readonly ${feature.pascal}Event[] {
  if (state.status ${hasActive ? "!== 'active'" : "=== 'none'"} || state.${flag}) return []
  return [{ type: '${emits}', data: {} }]
}`

/** The partitions of what is due, in a version of a read model. */
export const dueRowsOf = ({
  name,
  feature,
  emits,
}: NewSweep) => `/** Due ${feature.words} rows are spread over this many partitions: a single one would take all writes. */
export const ${name.camel}Shards = 8

/** A partition of the rows for \`${name.kebab}\`, by the time at which each is due. */
export function ${name.camel}Partition(shard: number): string {
  return \`${name.kebab}#\${shard}\`
}

/**
 * When ${withArticle(feature.words)} is due for \`${name.kebab}\`: ISO 8601 in UTC with milliseconds. Return undefined
 * while nothing is due, and after \`${emits}\`. Otherwise each run reads the row again.
 */
function ${name.camel}At(_state: ${feature.pascal}State): string | undefined {
  return undefined
}

function ${name.camel}Rows(state: ${feature.pascal}State, id: string): readonly Row[] {
  const sort = ${name.camel}At(state)
  const partition = ${name.camel}Partition(shardOf(id, ${name.camel}Shards))
  return sort === undefined ? [] : [{ partition, sort, data: {} }]
}`

export const duePortOf = ({
  name,
  feature,
  version,
  constant,
}: NewSweep) => `import type { Clock } from '../../domain/kernel/clock.ts'
import { rowsBefore } from '../engine/list-pages.ts'
import { partitionKey, streamOfRow } from '../engine/projection.ts'
import type { RowStore } from '../engine/row-store.ts'
import type { GenerationLists } from '../generations/generation-list.ts'
import { createReadable } from '../generations/listed-generations.ts'
import type { ProjectionVersions } from '../generations/projection-versions.ts'
import { ${constant}, ${name.camel}Partition, ${name.camel}Shards } from './v${version}/projection.ts'

/** ${withCapital(withArticle(feature.words))} that is due: its stream, and the time since when. */
export interface ${name.pascal}Due {
  readonly stream: string
  readonly at: string
}

/** The port to the streams that are due, from the live read model. It may lag. */
export interface ${name.pascal}List {
  /** Everything that is due before a moment: ISO 8601 in UTC with milliseconds. */
  before(moment: string): AsyncIterable<${name.pascal}Due>
}

/** Reads what is due from a read model. The iteration throws if a list or a row cannot be read. */
export function create${name.pascal}List(
  versions: ProjectionVersions,
  rows: RowStore,
  lists: GenerationLists,
  clock: Clock,
): ${name.pascal}List {
  return {
    async *before(moment) {
      const { live } = await createReadable(versions, lists, clock)()
      const { id } = live(${constant}.name)
      for (let shard = 0; shard < ${name.camel}Shards; shard++) {
        for await (const row of rowsBefore(rows, partitionKey(id, ${name.camel}Partition(shard)), moment))
          yield { stream: streamOfRow(row), at: row.SK.slice(0, row.SK.indexOf('#')) }
      }
    },
  }
}
`

export const sweepHandlerOf = ({
  name,
  feature,
  command,
}: NewSweep) => `import type { Logger } from '@aws-lambda-powertools/logger'
import { asError } from '../../commands/aws/errors.ts'
import { eachInParallel } from '../../commands/aws/parallel.ts'
import { deadlineIn } from '../../commands/aws/system-clock.ts'
import { type TimeLeft, whileTimeLasts } from '../../commands/aws/time-left.ts'
import { commandIdOf, digestOf } from '../../commands/execution/command-id.ts'
import { execute } from '../../commands/execution/execute.ts'
import { ${feature.camel}, ${name.camel}Actor } from '../../domain/${feature.kebab}/${feature.kebab}.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import type { ${name.pascal}Due, ${name.pascal}List } from '../../projections/${feature.kebab}/${name.kebab}.ts'

/** Maximum number of commands at once. */
const concurrency = 10
/** Maximum time to try a command, in milliseconds. */
const commandMs = 10_000
/** No further command starts when the function has less than this time left, in milliseconds. */
const reserveMs = 15_000

export interface ${name.pascal}Ports {
  readonly store: EventStore
  readonly list: ${name.pascal}List
  readonly clock: Clock
  readonly logger: Pick<Logger, 'info' | 'error'>
}

/**
 * Makes the Lambda handler that sends \`${command.kebab}\` to everything that is due. Two runs at once do no harm,
 * because each stream decides. A command that fails is logged and does not stop the others; the next run tries it again.
 */
export function ${name.camel}Handler({ store, list, clock, logger }: ${name.pascal}Ports) {
  return async (_event: unknown, context: TimeLeft & { readonly awsRequestId: string }): Promise<void> => {
    const now = clock.now()
    const correlationId = context.awsRequestId
    const counts = { due: 0, failed: 0 }
    const send = async ({ stream, at }: ${name.pascal}Due): Promise<void> => {
      counts.due += 1
      try {
        await execute(
          ${feature.camel},
          {
            stream: parseStreamName(stream).stream,
            command: { type: '${command.kebab}', actorId: ${name.camel}Actor, now },
            // A stream that is due again, at another time, gets another command.
            commandId: commandIdOf(${name.camel}Actor, '${command.kebab}', \`\${stream} \${at}\`),
            digest: digestOf({ at }),
            correlationId,
            causationId: correlationId,
          },
          { store, clock, deadline: deadlineIn(commandMs, clock) },
        )
      } catch (error) {
        counts.failed += 1
        logger.error('${command.words} failed', { stream, correlationId, error: asError(error) })
      }
    }
    // If there is not enough time, the next run does the rest.
    const due = whileTimeLasts(list.before(new Date(now).toISOString()), context, { reserveMs }, () => {})
    await eachInParallel(due, concurrency, send)
    logger.info('${name.words} ran', { ...counts, correlationId })
    if (counts.failed > 0) throw new Error(\`\${counts.failed} commands failed. The log names their streams.\`)
  }
}
`

export const sweepEntryPointOf = ({
  name,
  feature,
}: NewSweep) => `import { Logger } from '@aws-lambda-powertools/logger'
import { createDynamoClient } from '../../commands/aws/dynamo-client.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { eventStoreFromEnvironment } from '../../commands/composition/store.ts'
import { readModelFromEnvironment } from '../../projections/aws/read-model.ts'
import { create${name.pascal}List } from '../../projections/${feature.kebab}/${name.kebab}.ts'
import { versions } from '../../projections/versions.ts'
import { ${name.camel}Handler } from '../${feature.kebab}/${name.kebab}.ts'

const client = createDynamoClient()
const { rows, lists } = readModelFromEnvironment(client)

export const handler = ${name.camel}Handler({
  store: eventStoreFromEnvironment(client),
  list: create${name.pascal}List(versions, rows, lists, clock),
  clock,
  logger: new Logger(),
})
`

export const sweepStackOf = ({ name, expression }: NewSweep) => `import type { Stack } from 'aws-cdk-lib'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Stage } from '../../stages/read-stage.ts'
import { addFailureQueue, alarmOnFailures, retryThenKeep } from '../parts/failure-queue.ts'
import { addFunction, allow } from '../parts/lambda-function.ts'
import { addSchedule } from '../parts/schedule.ts'
import type { ReadSide } from '../read-side.ts'
import type { WriteSide } from '../write-side.ts'

export interface ${name.pascal}Data {
  /** Runs that failed in every try. */
  readonly failures: Queue
}

export interface ${name.pascal}Options {
  readonly bundles: string
  readonly stage: Stage
  readonly writeSide: WriteSide
  readonly readSide: ReadSide
  readonly data: ${name.pascal}Data
}

export function add${name.pascal}Data(data: Stack): ${name.pascal}Data {
  return { failures: addFailureQueue(data, '${name.pascal}Failures') }
}

/** A function that sends commands to everything that is due, with an alarm for runs that failed in every try. */
export function add${name.pascal}(
  stack: Stack,
  { bundles, stage, writeSide: { eventStore }, readSide: { readModel }, data: { failures } }: ${name.pascal}Options,
): void {
  alarmOnFailures(stack, failures, 'A run of ${name.pascal} failed in three tries. Its log says why.')
  const scheduled = addFunction(stack, '${name.pascal}', {
    name: '${name.kebab}',
    bundles,
    stage,
    timeoutSeconds: 240,
    environment: { EVENT_STORE_TABLE: eventStore.tableName, READ_MODEL_TABLE: readModel.tableName },
  })
  allow(scheduled, eventStore.tableArn, ['Query', 'PutItem'])
  // The list of generations, and the rows that are due.
  allow(scheduled, readModel.tableArn, ['BatchGetItem', 'Query'])
  retryThenKeep(scheduled, failures)
  addSchedule(stack, '${name.pascal}Schedule', {
    function: scheduled,
    expression: '${expression}',
    failures,
    description: '${withCapital(name.words)}',
  })
}
`
