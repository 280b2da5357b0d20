import { fieldsOf, type Properties } from '../../cloud/template.ts'
import type { Permissions } from '../../iam/permissions.ts'
import type { Queues } from '../sqs/service.ts'

/**
 * Returns a function that sends a record to a function's failure destination, if its `DestinationConfig` names one: a
 * queue that its role may send to.
 */
export type FailureDestination = (
  functionId: string,
  properties: Properties,
) => ((record: string) => void) | undefined

/**
 * Finds failure destinations. Throws if the role lacks the grant, or if the destination is not a queue of the
 * template.
 */
export function failureDestinations(
  queues: Pick<Queues, 'find'>,
  permissions: Pick<Permissions, 'demand' | 'use'>,
): FailureDestination {
  return (functionId, { DestinationConfig: config }) => {
    const arn = fieldsOf(fieldsOf(config)['OnFailure'])['Destination']
    if (arn === undefined) return undefined
    const queue = queues.find(String(arn))
    const send = { action: 'sqs:SendMessage', resource: queue.arn }
    permissions.demand(functionId, [send])
    return (record) => {
      permissions.use({ functionId }, send)
      queue.send(record)
    }
  }
}
