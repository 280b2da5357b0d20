import { type Spelling, withCapital } from '../names.ts'

export interface NewSchedule {
  readonly name: Spelling
  readonly expression: string
}

export const scheduledEntryPointOf = ({
  name,
}: NewSchedule) => `import { Logger } from '@aws-lambda-powertools/logger'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { ${name.camel}Handler } from '../schedules/${name.kebab}.ts'

export const handler = ${name.camel}Handler({ clock, logger: new Logger() })
`

export const handlerOf = ({
  name,
}: NewSchedule) => `import type { Logger } from '@aws-lambda-powertools/logger'
import type { Context } from 'aws-lambda'
import type { Clock } from '../../domain/kernel/clock.ts'

export interface ${name.pascal}Ports {
  readonly clock: Clock
  readonly logger: Pick<Logger, 'info'>
}

/**
 * Makes the Lambda handler that the scheduler runs. A run may happen twice, so its work must be safe to repeat. Lambda
 * repeats a run that throws. Give the handler a port for each service that it calls.
 */
export function ${name.camel}Handler({ clock, logger }: ${name.pascal}Ports) {
  return async (_event: unknown, { awsRequestId }: Pick<Context, 'awsRequestId'>): Promise<void> => {
    logger.info('${name.words} ran', { at: new Date(clock.now()).toISOString(), correlationId: awsRequestId })
  }
}
`

export const stackPartOf = ({ name, expression }: NewSchedule) => `import type { Stack } from 'aws-cdk-lib'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Stage } from '../stages/read-stage.ts'
import { addFailureQueue, alarmOnFailures, retryThenKeep } from './parts/failure-queue.ts'
import { addFunction } from './parts/lambda-function.ts'
import { addSchedule } from './parts/schedule.ts'

export interface ${name.pascal}Data {
  /** Runs that failed in every try. */
  readonly failures: Queue
}

export interface ${name.pascal}Options {
  readonly bundles: string
  readonly stage: Stage
  readonly data: ${name.pascal}Data
}

export function add${name.pascal}Data(data: Stack): ${name.pascal}Data {
  return { failures: addFailureQueue(data, '${name.pascal}Failures') }
}

/** A function that runs on a schedule, with an alarm for runs that failed in every try. */
export function add${name.pascal}(stack: Stack, { bundles, stage, data: { failures } }: ${name.pascal}Options): void {
  alarmOnFailures(stack, failures, 'A run of ${name.pascal} failed in three tries. Its log says why.')
  const scheduled = addFunction(stack, '${name.pascal}', {
    name: '${name.kebab}',
    bundles,
    stage,
    timeoutSeconds: 60,
    environment: {},
  })
  retryThenKeep(scheduled, failures)
  addSchedule(stack, '${name.pascal}Schedule', {
    function: scheduled,
    expression: '${expression}',
    failures,
    description: '${withCapital(name.words)}',
  })
}
`

export const handlerTestOf = ({ name }: NewSchedule) => `import { expect, it } from 'vitest'
import { ${name.camel}Handler } from '../../../workflows/schedules/${name.kebab}.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'

it('${name.words} logs each run', async () => {
  const lines: unknown[] = []
  const clock = manualClock()
  const run = ${name.camel}Handler({ clock, logger: { info: (...line) => void lines.push(line) } })
  await run({}, { awsRequestId: 'request' })
  expect(lines).toEqual([
    ['${name.words} ran', { at: new Date(clock.now()).toISOString(), correlationId: 'request' }],
  ])
})
`

/** `kit` is the path to the folder of the test kit. */
export const stackTestOf = (
  { name, expression }: NewSchedule,
  kit = '../../kit',
) => `import { expect, it } from 'vitest'
import { declared, declaredOf } from '${kit}/local-cloud/declared-resources.ts'

it('${name.words} runs on its schedule, and may start nothing else', () => {
  expect(declared('${name.pascal}Schedule').Properties).toMatchObject({
    ScheduleExpression: '${expression}',
    ScheduleExpressionTimezone: 'UTC',
    Target: {
      Arn: '${name.pascal}:live',
      RoleArn: '${name.pascal}ScheduleRole.Arn',
      DeadLetterConfig: { Arn: '${name.pascal}Failures.Arn' },
    },
  })
  expect(declared('${name.pascal}ScheduleRole').Properties['Policies']).toMatchObject([
    {
      PolicyDocument: {
        Statement: [
          { Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: '${name.pascal}:live' },
          { Action: 'sqs:SendMessage', Effect: 'Allow', Resource: '${name.pascal}Failures.Arn' },
        ],
      },
    },
  ])
})

it('${name.words} keeps a run that failed in every try in a queue, with an alarm', () => {
  const configs = declaredOf('AWS::Lambda::EventInvokeConfig').map(({ Properties }) => Properties)
  expect(configs.filter(({ FunctionName }) => FunctionName === '${name.pascal}')).toMatchObject([
    { MaximumRetryAttempts: 2, DestinationConfig: { OnFailure: { Destination: '${name.pascal}Failures.Arn' } } },
  ])
  expect(declared('${name.pascal}FailuresAlarm').Properties).toMatchObject({ Threshold: 1 })
})
`
