import type { Properties } from '../../cloud/template.ts'
import type { Faults } from '../../faults/faults.ts'
import type { Log } from '../../gateway/aws-service.ts'
import type { Permissions } from '../../iam/permissions.ts'
import type { DynamoDb } from '../dynamodb/service.ts'
import type { FailureDestination } from '../lambda/failure-destination.ts'
import type { Lambda } from '../lambda/service.ts'
import type { Queues } from '../sqs/service.ts'
import { startQueueMapping } from './queue-mapping.ts'
import { type DeliveryLag, startStreamMapping } from './stream-mapping.ts'

/** The actions that a function's role needs on its source (Lambda developer guide, "Using Lambda with DynamoDB" and "with Amazon SQS"). */
const actions = {
  dynamodb: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'],
  sqs: ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'],
}

export interface EventSourceOptions {
  readonly region: string
  readonly dataDir: string
  readonly retryDelaysMs?: readonly number[] | undefined
  readonly dynamoDb: DynamoDb
  readonly queues: Queues
  readonly lambda: Pick<Lambda, 'find' | 'invoke'>
  readonly permissions: Permissions
  readonly failureDestination: FailureDestination
  readonly faults: Faults
  readonly log: Log
}

export interface StartedEventSource {
  readonly lag?: () => DeliveryLag
  readonly close: () => unknown
}

/**
 * Starts an `AWS::Lambda::EventSourceMapping` of a stream or a queue, with resolved properties. Returns functions that
 * stop it and, for a stream, report how far its deliveries are behind. Throws if the role of its function lacks a
 * grant, or if a property is not modelled.
 */
export function startEventSource(properties: Properties, o: EventSourceOptions): StartedEventSource {
  const source = String(properties['EventSourceArn'])
  const target = o.lambda.find(String(properties['FunctionName']))
  const service = source.split(':')[2] ?? ''
  if (service !== 'dynamodb' && service !== 'sqs')
    throw new Error(`EventSourceMapping.EventSourceArn is not modelled by the local cloud: ${source}`)
  o.permissions.demand(
    target.logicalId,
    actions[service].map((action) => ({ action: `${service}:${action}`, resource: source })),
  )
  const invoke = (payload: unknown) => o.lambda.invoke(target.arn, payload)
  if (service === 'sqs') {
    const queue = o.queues.find(source)
    const functionTimeoutSeconds = target.timeoutSeconds
    return { close: startQueueMapping({ ...o, properties, queue, functionTimeoutSeconds, invoke }).close }
  }
  const tell = o.failureDestination(target.logicalId, properties)
  const mapping = startStreamMapping({
    endpoint: o.dynamoDb.endpoint,
    region: o.region,
    streamArn: source,
    properties,
    stateDir: o.dataDir,
    invoke,
    ...(tell && { onFailure: async (batch) => tell(JSON.stringify(batch)) }),
    faults: o.faults,
    log: o.log,
  })
  const forget = o.dynamoDb.onWrite(mapping.wake)
  return {
    lag: mapping.lag,
    close() {
      forget()
      return mapping.close()
    },
  }
}
