import { randomUUID } from 'node:crypto'
import type { Schedule } from './template.ts'

/** One attempt to run a schedule. */
export interface Attempt {
  /** The time of the schedule that it is for, in milliseconds since the epoch. */
  readonly scheduledAt: number
  readonly executionId: string
  /** From 1. */
  readonly number: number
}

/**
 * The input of a schedule's target, as JSON: its `Input` with the attributes of the context filled in (EventBridge
 * Scheduler user guide, "Adding context attributes"), or EventBridge's own notice.
 */
export function targetInputOf({ arn, input }: Pick<Schedule, 'arn' | 'input'>, attempt: Attempt): string {
  const time = isoSeconds(attempt.scheduledAt)
  const { executionId, number } = attempt
  if (input === undefined) {
    const [, , , region, account] = arn.split(':')
    const notice = {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
    }
    return JSON.stringify({ ...notice, account, time, region, resources: [arn], detail: '{}' })
  }
  const context = {
    'schedule-arn': arn,
    'scheduled-time': time,
    'execution-id': executionId,
    'attempt-number': String(number),
  }
  return Object.entries(context).reduce(
    (text, [name, value]) => text.replaceAll(`<aws.scheduler.${name}>`, value),
    input,
  )
}

/** As EventBridge Scheduler writes times: `2026-01-02T03:04:05Z`. */
export function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+/, '')
}
