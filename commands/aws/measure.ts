import { Metrics } from '@aws-lambda-powertools/metrics'
import { type FunctionMetric, functionMetricDimensions, functionMetrics } from './metric-names.ts'

/** Values of metrics, by their names. */
export type Measured = Readonly<Partial<Record<FunctionMetric, number>>>

/**
 * Writes values of metrics to the log, in CloudWatch's embedded metric format. The fields are for queries over the log and
 * make no further metrics. They contain no personal data.
 */
export type Measure = (values: Measured, fields?: Readonly<Record<string, string>>) => void

/** Measures nothing. */
export const noMeasure: Measure = () => {}

/**
 * Makes the `Measure` of a function, and counts the start of its process. A start is no cold start if Lambda prepared the
 * process before it was needed.
 */
export function createMeasure(): Measure {
  // The namespace comes from POWERTOOLS_METRICS_NAMESPACE.
  const metrics = new Metrics({ serviceName: functionMetricDimensions.service })
  const measure: Measure = (values, fields = {}) => {
    const entries = Object.entries(values) as [FunctionMetric, number][] // by its type
    for (const [name, value] of entries) metrics.addMetric(name, functionMetrics[name], value)
    for (const [name, value] of Object.entries(fields)) metrics.addMetadata(name, value)
    metrics.publishStoredMetrics()
  }
  const { AWS_LAMBDA_INITIALIZATION_TYPE: start, POWERTOOLS_SERVICE_NAME: name = '' } = process.env
  if (start !== 'provisioned-concurrency') measure({ ColdStarts: 1 }, { function: name })
  return measure
}
