import { allowOnly, type Properties } from '../../cloud/template.ts'
import type { StreamRecord } from '../dynamodb/stream-shards.ts'
import { compilePattern } from '../eventbridge/pattern.ts'
import type { RetryPolicy } from './stream-batch.ts'

/** Properties of an `AWS::Lambda::EventSourceMapping` on a DynamoDB stream, resolved. */
export type StreamMappingProperties = Properties

export interface StreamMappingSettings {
  readonly functionName: string
  readonly enabled: boolean
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST'
  readonly batchSize: number
  readonly windowMs: number
  /** `ParallelizationFactor` */
  readonly lanes: number
  readonly policy: RetryPolicy
  /** Whether a filter lets the record through. All records pass if there is no filter. */
  wants(record: StreamRecord): boolean
}

const modelled = [
  'EventSourceArn',
  'FunctionName',
  'Enabled',
  'StartingPosition',
  'BatchSize',
  'FilterCriteria',
  'Tags',
  'MaximumBatchingWindowInSeconds',
  'ParallelizationFactor',
  'MaximumRetryAttempts',
  'DestinationConfig',
  'MaximumRecordAgeInSeconds',
  'BisectBatchOnFunctionError',
  'FunctionResponseTypes',
]

/**
 * Reads a mapping's properties, with Lambda's defaults and bounds (Lambda API reference,
 * `CreateEventSourceMapping`).
 *
 * @throws Error that names the property that is not modelled or not valid.
 */
export function readStreamMapping(
  o: StreamMappingProperties,
  hasDestination: boolean,
): StreamMappingSettings {
  allowOnly(modelled, o, 'EventSourceMapping')
  if (o['DestinationConfig'] !== undefined && !hasDestination) {
    throw new Error(
      'EventSourceMapping.DestinationConfig is not modelled: nothing delivers to the destination',
    )
  }
  const startingPosition = o['StartingPosition']
  if (startingPosition !== 'TRIM_HORIZON' && startingPosition !== 'LATEST')
    throw invalid('StartingPosition', o)
  const responseTypes = o['FunctionResponseTypes'] ?? []
  if (!Array.isArray(responseTypes) || responseTypes.some((type) => type !== 'ReportBatchItemFailures')) {
    throw invalid('FunctionResponseTypes', o)
  }
  const retries = integer('MaximumRetryAttempts', o, -1, 10_000, -1)
  const maxAge = integer('MaximumRecordAgeInSeconds', o, -1, 604_800, -1)
  if (maxAge !== -1 && maxAge < 60) throw invalid('MaximumRecordAgeInSeconds', o)
  const patterns = filterPatterns(o).map(compilePattern)
  return {
    functionName: String(o['FunctionName']),
    enabled: o['Enabled'] !== false,
    startingPosition,
    batchSize: integer('BatchSize', o, 1, 10_000, 100),
    windowMs: integer('MaximumBatchingWindowInSeconds', o, 0, 300, 0) * 1000,
    lanes: integer('ParallelizationFactor', o, 1, 10, 1),
    policy: {
      retries: retries === -1 ? Infinity : retries,
      maxAgeMs: maxAge === -1 ? Infinity : maxAge * 1000,
      bisect: o['BisectBatchOnFunctionError'] === true,
      partialResponses: responseTypes.length > 0,
    },
    wants: (record) => patterns.length === 0 || patterns.some((matches) => matches(record)),
  }
}

function integer(
  name: string,
  o: StreamMappingProperties,
  least: number,
  most: number,
  otherwise: number,
): number {
  const value = o[name] ?? otherwise
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw invalid(name, o)
  return value
}

function filterPatterns(o: StreamMappingProperties): unknown[] {
  const criteria = o['FilterCriteria'] ?? { Filters: [] }
  const filters = typeof criteria === 'object' && 'Filters' in criteria ? criteria.Filters : undefined
  if (!Array.isArray(filters)) throw invalid('FilterCriteria', o)
  return filters.map((filter: { Pattern?: unknown }) => JSON.parse(String(filter.Pattern)))
}

function invalid(name: string, o: StreamMappingProperties): Error {
  return new Error(`EventSourceMapping.${name} is not valid: ${JSON.stringify(o[name])}`)
}
