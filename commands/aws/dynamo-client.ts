import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Cost } from '../../domain/kernel/cost.ts'

/**
 * The client that all adapters share. Its time-outs are short: an answer that takes longer than this is
 * asked for again within the caller's deadline.
 */
export function createDynamoClient(config: DynamoDBClientConfig = {}): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    requestHandler: { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true },
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

/** What an answer says it consumed; the SDK's own retries count as requests. */
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
