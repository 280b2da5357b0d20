import { allowOnly, fieldsOf, type Properties } from '../../cloud/template.ts'

/** Properties that are honoured, or have no meaning on one machine, such as encryption and tags. */
const modelled = [
  'QueueName',
  'MessageRetentionPeriod',
  'VisibilityTimeout',
  'Tags',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
  'RedrivePolicy',
]

/** The ARN of the queue that a message moves to, and the number of receives after which it moves. */
export interface Redrive {
  readonly target: string
  readonly maxReceives: number
}

export interface QueueSettings {
  readonly visibilitySeconds: number
  readonly retentionSeconds: number
  readonly redrive: Redrive | undefined
}

/**
 * Reads the resolved properties of an `AWS::SQS::Queue`. Throws an Error that names a property that is not modelled
 * or not valid.
 */
export function readQueue(name: string, properties: Properties): QueueSettings {
  allowOnly(modelled, properties, name)
  return {
    visibilitySeconds: Number(properties['VisibilityTimeout'] ?? 30),
    retentionSeconds: Number(properties['MessageRetentionPeriod'] ?? 345_600),
    redrive: properties['RedrivePolicy'] === undefined ? undefined : redriveOf(properties, name),
  }
}

function redriveOf(properties: Properties, name: string): Redrive {
  const policy = fieldsOf(properties['RedrivePolicy'])
  allowOnly(['deadLetterTargetArn', 'maxReceiveCount'], policy, `${name}.RedrivePolicy`)
  const { deadLetterTargetArn: target, maxReceiveCount } = policy
  const maxReceives = Number(maxReceiveCount)
  if (typeof target !== 'string' || !(maxReceives >= 1 && maxReceives <= 1000))
    throw new Error(`${name}.RedrivePolicy is not valid: ${JSON.stringify(policy)}`)
  return { target, maxReceives }
}
