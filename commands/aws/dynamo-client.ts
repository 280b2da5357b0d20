import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Cost } from '../../domain/kernel/cost.ts'
import { answerWithin } from './client.ts'

/**
 * The client that all adapters share. Its time-outs are short, so the SDK can retry a slow request before the caller's
 * deadline.
 */
export function createDynamoClient(config: DynamoDBClientConfig = {}): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    ...answerWithin(3000),
    ...config,
  })
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
}

interface Consumed {
  readonly $metadata: { readonly attempts?: number | undefined }
}

interface Units {
  readonly CapacityUnits?: number | undefined
}

/** The capacity that an answer reports. The SDK's own retries count as requests. */
export function costOf(
  kind: 'read' | 'write',
  answer: Consumed,
  units: readonly (Units | undefined)[],
): Cost {
  const total = units.reduce((sum, unit) => sum + (unit?.CapacityUnits ?? 0), 0)
  return {
    requests: answer.$metadata.attempts ?? 1,
    readUnits: kind === 'read' ? total : 0,
    writeUnits: kind === 'write' ? total : 0,
  }
}
