import { randomUUID } from 'node:crypto'
import type { Schedule } from './template.ts'

/** One attempt to run a schedule. */
export interface Attempt {
  /** The time of the schedule, in milliseconds since the epoch. */
  readonly scheduledAt: number
  readonly executionId: string
  /** The number of the attempt, from 1. */
  readonly number: number
}

/**
 * Returns the input of a schedule's target as JSON. This is its `Input` with the context attributes filled in
 * (EventBridge Scheduler user guide, "Adding context attributes"), or the default event of EventBridge.
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

/** Formats a time like EventBridge Scheduler: `2026-01-02T03:04:05Z`. */
export function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+/, '')
}
