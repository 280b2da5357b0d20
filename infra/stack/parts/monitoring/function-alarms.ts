import type { Stack } from 'aws-cdk-lib'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { addAlarm } from './alarm.ts'
import { functionMetric, metricOf } from './aws-metric.ts'
import { watchedInterval } from './interval.ts'
import type { Watched } from './watched.ts'

/** How long Cognito waits for a function, in milliseconds. */
const cognitoWaitsMs = 5000

/**
 * Alarms for functions. A failure that Lambda or Step Functions repeats is no alarm: the queue of failed work or the
 * failed run is one. Errors are alarms only for functions that nobody calls again.
 */
export function watchFunctions(stack: Stack, { apis, triggers, consumers, schedules }: Watched): void {
  for (const target of [...apis, ...triggers]) watchErrors(stack, target)
  for (const target of triggers) watchDuration(stack, target, cognitoWaitsMs)
  // A consumer that takes too long is behind, and its lag says so.
  for (const target of consumers) watchLag(stack, target)
  for (const { target } of schedules) watchDuration(stack, target, timeoutOf(target))
  watchThrottles(stack)
}

function timeoutOf({ timeout }: LambdaFunction): number {
  if (timeout === undefined) throw new Error('A function of this stack sets its timeout.')
  return timeout.toMilliseconds()
}

function watchErrors(stack: Stack, target: LambdaFunction): void {
  const { id } = target.node
  addAlarm(stack, {
    name: `${id}Errors`,
    metric: functionMetric(target, { metricName: 'Errors', statistic: 'Sum' }),
    description: `${id} ended with an error that it did not answer itself, or ran out of time. Its log says why.`,
  })
}

function watchDuration(stack: Stack, target: LambdaFunction, limitMs: number): void {
  const { id } = target.node
  addAlarm(stack, {
    name: `${id}Duration`,
    metric: functionMetric(target, { metricName: 'Duration', statistic: 'Maximum' }),
    threshold: 0.8 * limitMs,
    description: `${id} took four fifths of the ${limitMs / 1000} s that it has.`,
  })
}

/** How old the oldest record may be that a consumer has not handled, in milliseconds. */
const maxLagMs = 60_000

function watchLag(stack: Stack, target: LambdaFunction): void {
  const { id } = target.node
  addAlarm(stack, {
    name: `${id}Lag`,
    metric: functionMetric(target, { metricName: 'IteratorAge', statistic: 'Maximum', minutes: 1 }),
    threshold: maxLagMs,
    evaluationPeriods: 5,
    description: `${id} has been more than a minute behind the event store for five minutes.`,
  })
}

/** The functions of an account share its concurrency, so one alarm for all of them names the cause. */
function watchThrottles(stack: Stack): void {
  addAlarm(stack, {
    name: 'Throttles',
    metric: metricOf({ namespace: 'AWS/Lambda', metricName: 'Throttles', statistic: 'Sum' }),
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
    description:
      'Lambda refused to run functions of this account: its concurrency, or what is reserved, is used up.',
  })
}

/** A schedule that did not run, whatever the reason: its function was not invoked for two intervals. */
export function watchSchedules(stack: Stack, { schedules }: Watched): void {
  for (const { schedule, target } of schedules) {
    const { id } = target.node
    const everyMinutes = watchedInterval(schedule.scheduleExpression)
    if (everyMinutes === undefined) continue
    // CloudWatch evaluates at most a day of short periods, and seven days of periods of an hour.
    const minutes = everyMinutes >= 60 ? 60 : 5
    addAlarm(stack, {
      name: `${id}Missed`,
      metric: functionMetric(target, { metricName: 'Invocations', statistic: 'Sum', minutes }),
      comparison: 'below',
      evaluationPeriods: Math.ceil(everyMinutes / minutes) + 2,
      isBreachingIfMissing: true,
      description: `${id} was not run when it was due. The schedule is off, or may not invoke it.`,
    })
  }
}
