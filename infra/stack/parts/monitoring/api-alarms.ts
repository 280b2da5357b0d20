import type { Stack } from 'aws-cdk-lib'
import { Duration } from 'aws-cdk-lib'
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import { type AlarmOptions, addAlarm, addCompositeAlarm } from './alarm.ts'
import { apiMetric } from './aws-metric.ts'

/** The share of requests that are answered without a 5xx in 30 days: 21.6 minutes may fail. */
const objective = 0.9995

/** With fewer failures in a window, a quiet stage would wake people for a single request. */
const leastFailures = 5

/**
 * Two windows for each speed at which the error budget is used up. The long one says that it matters, the short one that
 * it still happens. At 14.4 times the allowed rate, an hour uses 2% of the month's budget; at 6 times, six hours use 5%.
 */
export const burnRates = [
  { rate: 14.4, long: { name: '1h', minutes: 60 }, short: { name: '5m', minutes: 5 } },
  { rate: 6, long: { name: '6h', minutes: 360 }, short: { name: '30m', minutes: 30 } },
] as const

/** Slower answers than this are too slow, in milliseconds. */
const maxLatencyMs = 2000

/** Alarms for the HTTP API: its error budget, and the slowest of a hundred answers. */
export function watchApi(stack: Stack, api: HttpApi): void {
  addCompositeAlarm(stack, {
    name: 'ErrorBudget',
    description: `The API answers so many 5xx that ${100 * objective}% availability is at risk. The log line "request failed" says why.`,
    groups: burnRates.map(({ rate, long, short }) => [burn(api, rate, long), burn(api, rate, short)]),
  })
  addAlarm(stack, {
    name: 'ApiLatency',
    metric: apiMetric(api, { metricName: 'Latency', statistic: 'p99' }),
    threshold: maxLatencyMs,
    evaluationPeriods: 3,
    evaluateLowSampleCountPercentile: 'ignore',
    description: `One of a hundred answers has taken more than ${maxLatencyMs / 1000} s for a quarter of an hour.`,
  })
}

function burn(
  api: HttpApi,
  rate: number,
  window: { readonly name: string; readonly minutes: number },
): AlarmOptions {
  const { minutes } = window
  return {
    name: `ErrorBudget${window.name}`,
    metric: new MathExpression({
      expression: `IF(FILL(failed, 0) >= ${leastFailures}, FILL(failed, 0) / requests, 0)`,
      usingMetrics: {
        failed: apiMetric(api, { metricName: '5xx', statistic: 'Sum', minutes }),
        requests: apiMetric(api, { metricName: 'Count', statistic: 'Sum', minutes }),
      },
      label: `Share of 5xx in ${window.name}`,
      period: Duration.minutes(minutes),
    }),
    // Without the error of binary fractions.
    threshold: Number((rate * (1 - objective)).toFixed(6)),
    description: `In ${window.name}, 5xx use up the error budget ${rate} times too fast. Part of ErrorBudget.`,
  }
}
