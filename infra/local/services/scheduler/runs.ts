import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { AwsError, type Log } from '../../gateway/aws-service.ts'
import { type Deliveries, openDeliveries } from '../../storage/deliveries.ts'
import { backoffMs, deadLetterAttributes, type Failure } from '../sqs/dead-letters.ts'
import { isoSeconds, targetInputOf } from './target-input.ts'
import type { Schedule } from './template.ts'

/** An invocation of a schedule's target for one of its times, in milliseconds since the epoch. */
export interface ScheduledRun {
  readonly logicalId: string
  readonly scheduledAt: number
}

/** Called before the role of a schedule is used. */
export type OnScheduleUse = (schedule: Schedule, action: 'lambda:InvokeFunction' | 'sqs:SendMessage') => void

const internalError = 'AWS.Scheduler.InternalServerError'

/** Invokes the target of a schedule for each run, with its retries, and sends a run that failed to its dead-letter queue. */
export function openRuns(o: {
  readonly dataDir: string
  readonly schedules: ReadonlyMap<string, Schedule>
  /** Passes an input to a function. Throws `ResourceNotFoundException` if there is no such function. */
  readonly invoke: (targetArn: string, input: unknown) => void
  readonly onUse?: OnScheduleUse
  readonly retryDelaysMs?: readonly number[] | undefined
  readonly log: Log
}): Deliveries<ScheduledRun> {
  return openDeliveries<ScheduledRun, Failure & { executionId: string }>({
    file: join(o.dataDir, 'schedule-invocations.jsonl'),
    delaysMs: o.retryDelaysMs ?? backoffMs,
    limitsOf: ({ logicalId }) => o.schedules.get(logicalId)?.limits ?? { retries: 0, maxAgeMs: Infinity },
    async attempt({ logicalId, scheduledAt }, _, number) {
      const executionId = randomBytes(8).toString('hex')
      try {
        const schedule = o.schedules.get(logicalId)
        if (!schedule) throw new AwsError('ResourceNotFoundException', 'The schedule no longer exists')
        o.onUse?.(schedule, 'lambda:InvokeFunction')
        o.invoke(
          schedule.targetArn,
          JSON.parse(targetInputOf(schedule, { scheduledAt, executionId, number })),
        )
        return undefined
      } catch (error) {
        return { ...failureOf(error), executionId }
      }
    },
    giveUp({ logicalId, scheduledAt }, end) {
      const schedule = o.schedules.get(logicalId)
      const why = deadLetterAttributes(end, internalError)
      const time = isoSeconds(scheduledAt)
      o.log(logicalId, `did not run for ${time}: ${why.ERROR_CODE} ${why.ERROR_MESSAGE}`)
      const executionId = end.failure?.executionId ?? end.id
      if (schedule?.deadLetters) o.onUse?.(schedule, 'sqs:SendMessage')
      schedule?.deadLetters?.send(
        targetInputOf(schedule, { scheduledAt, executionId, number: end.attempts }),
        {
          SCHEDULE_ARN: schedule.arn,
          TARGET_ARN: 'arn:aws:scheduler:::aws-sdk:lambda:invoke',
          SCHEDULED_TIME: time,
          EXECUTION_ID: executionId,
          IS_PAYLOAD_TRUNCATED: 'false',
          ...why,
        },
      )
    },
    log: o.log,
  })
}

/** A missing function is not retried. */
function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  const isGone = error instanceof AwsError && error.code === 'ResourceNotFoundException'
  return { code: isGone ? error.code : internalError, message, final: isGone }
}
