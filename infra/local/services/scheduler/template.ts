import * as z from 'zod'
import type { Properties } from '../../cloud/template.ts'
import type { Limits } from '../../storage/deliveries.ts'
import type { DeadLetters } from '../sqs/dead-letters.ts'
import { compileSchedule, type NextAfter } from './expression.ts'

/** An `AWS::Scheduler::Schedule` of the default group. Times are milliseconds since the epoch. */
export interface Schedule {
  readonly logicalId: string
  readonly arn: string
  readonly expression: string
  readonly zone: string
  readonly enabled: boolean
  /** The properties that set its times, as text. If the text changes, the schedule begins again. */
  readonly identity: string
  /** Returns its times. `begin` is when the schedule was created. */
  readonly times: (begin: number) => NextAfter
  /** Maximum time between a scheduled time and its run. */
  readonly windowMs: number
  readonly targetArn: string
  readonly roleArn: string
  /**
   * The input of its target, before context attributes are filled in; `undefined` means the default event of
   * EventBridge.
   */
  readonly input: string | undefined
  readonly limits: Limits
  readonly deadLetters: DeadLetters | undefined
}

const minuteMs = 60_000
const daySeconds = 86_400
const unused = z.unknown().optional()
const moment = z.iso.datetime({ offset: true }).transform(Date.parse).optional()

const retryPolicy = z.strictObject({
  MaximumRetryAttempts: z.int().min(0).max(185).default(185),
  MaximumEventAgeInSeconds: z.int().min(60).max(daySeconds).default(daySeconds),
})
const target = z.strictObject({
  Arn: z.string().startsWith('arn:aws:lambda:'),
  RoleArn: z.string(),
  Input: z.string().optional(),
  RetryPolicy: retryPolicy.prefault({}),
  DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
})
const flexibleTimeWindow = z.discriminatedUnion('Mode', [
  z.strictObject({ Mode: z.literal('OFF') }),
  z.strictObject({ Mode: z.literal('FLEXIBLE'), MaximumWindowInMinutes: z.int().min(1).max(1440) }),
])
const schedule = z.strictObject({
  Name: unused,
  Description: unused,
  GroupName: z.literal('default').optional(),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  StartDate: moment,
  EndDate: moment,
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  FlexibleTimeWindow: flexibleTimeWindow,
  Target: target,
})

/**
 * Reads the resolved properties of an `AWS::Scheduler::Schedule`, with the defaults and bounds of EventBridge
 * Scheduler's API reference.
 *
 * @throws Error of one line that names the property that is not modelled or not valid.
 */
export function readSchedule(o: {
  readonly logicalId: string
  readonly arn: string
  readonly properties: Properties
  readonly findQueue: (arn: string) => DeadLetters
}): Schedule {
  const { logicalId, arn } = o
  const { Target, FlexibleTimeWindow: window, ...read } = parse(logicalId, o.properties)
  const { ScheduleExpression: expression, ScheduleExpressionTimezone: zone, StartDate, EndDate } = read
  const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age } = Target.RetryPolicy
  const compiled = orRefuse(`${logicalId}.ScheduleExpression`, () => compileSchedule(expression, zone))
  const { Input: input, DeadLetterConfig: deadLetters } = Target
  if (input !== undefined) orRefuse(`${logicalId}.Target.Input`, () => JSON.parse(input))
  return {
    logicalId,
    arn,
    expression,
    zone,
    enabled: read.State === 'ENABLED',
    identity: JSON.stringify([expression, zone, read.State, StartDate]),
    times(begin) {
      const nextAfter = compiled(StartDate ?? begin)
      return (instant) => {
        const next = nextAfter(instant)
        return next === undefined || next > (EndDate ?? next) ? undefined : next
      }
    },
    windowMs: window.Mode === 'OFF' ? 0 : window.MaximumWindowInMinutes * minuteMs,
    targetArn: Target.Arn,
    roleArn: Target.RoleArn,
    input,
    limits: { retries, maxAgeMs: age * 1000 },
    deadLetters: deadLetters && o.findQueue(deadLetters.Arn),
  }
}

function parse(logicalId: string, properties: Properties): z.output<typeof schedule> {
  const { data, error } = schedule.safeParse(properties)
  const issue = error?.issues[0]
  if (issue?.code === 'unrecognized_keys')
    throw new Error(
      `${[logicalId, ...issue.path, issue.keys[0]].join('.')} is not modelled by the local cloud`,
    )
  if (issue) throw new Error(`${[logicalId, ...issue.path].join('.')} is not valid here: ${issue.message}`)
  return data as z.output<typeof schedule> // without an error, the schema gives it this type
}

function orRefuse<T>(place: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw new Error(`${place} is not valid here: ${error instanceof Error ? error.message : error}`)
  }
}
