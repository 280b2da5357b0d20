import type { ServiceProvider } from '../../cloud/provider.ts'
import { account, byLogicalId, nameFrom } from '../../cloud/resource-names.ts'
import { gateway } from '../../gateway/provider.ts'
import { sqsOperations } from './operations.ts'
import { type QueuePolicies, readQueuePolicies } from './queue-policies.ts'
import { openQueues, type Queues } from './service.ts'

const queueType = 'AWS::SQS::Queue'
const policyType = 'AWS::SQS::QueuePolicy'

export const sqs: ServiceProvider<{ readonly queues: Queues; readonly policies: QueuePolicies }> = {
  service: 'SQS',
  resources: {
    [queueType]: {
      modelled: 'A standard queue with its retention, visibility timeout and dead-letter queue.',
      // Its `Ref` is its URL, which contains the port of the gateway.
      names(queue) {
        const name = nameFrom(queue.properties['QueueName'], queue)
        return { QueueName: name, Arn: `arn:aws:sqs:${queue.region}:${account}:${name}` }
      },
    },
    [policyType]: {
      modelled: 'Lets a service send to queues for a source. Checked when the local cloud starts.',
      names: byLogicalId,
    },
  },
  operations: sqsOperations,
  open(context) {
    const baseUrl = context.use(gateway).url
    const queues = openQueues(context.options)
    for (const { logicalId, properties } of context.resourcesOf(queueType)) {
      const name = context.nameOf(logicalId, 'QueueName')
      const arn = context.nameOf(logicalId, 'Arn')
      const { url } = queues.createQueue({ name, arn, baseUrl, properties })
      context.learn(logicalId, { Ref: url })
    }
    queues.checkRedrives()
    context.serve(queues.service)
    return { queues, policies: readQueuePolicies(context.resourcesOf(policyType)) }
  },
}
