import type { ServiceProvider } from '../../cloud/provider.ts'
import { byLogicalId } from '../../cloud/resource-names.ts'
import { jsonPage } from '../../gateway/json-page.ts'
import { iam } from '../../iam/provider.ts'
import { dynamoDb } from '../dynamodb/provider.ts'
import { lambda } from '../lambda/provider.ts'
import { sqs } from '../sqs/provider.ts'
import { eventSourceOperations } from './operations.ts'
import { startEventSource } from './service.ts'
import { showMappings } from './showing.ts'

const mappingType = 'AWS::Lambda::EventSourceMapping'

export const eventSources: ServiceProvider = {
  service: 'Lambda event source mappings',
  resources: {
    [mappingType]: {
      modelled:
        'Delivers a DynamoDB stream or a queue to a function in batches, with its filters, retries and failure destination.',
      names: byLogicalId,
    },
  },
  operations: eventSourceOperations,
  open(context) {
    const { find, invoke, failureDestination } = context.use(lambda)
    const sources = {
      ...context.options,
      dynamoDb: context.use(dynamoDb),
      queues: context.use(sqs).queues,
      lambda: { find, invoke },
      permissions: context.use(iam),
      failureDestination,
      faults: context.faults,
    }
    const started = context.resourcesOf(mappingType).map(({ properties }) => {
      const source = startEventSource(properties, sources)
      context.closeAfter(source.close)
      return source
    })
    const declared = context.resourcesOf(mappingType).map(({ logicalId, properties }) => ({
      logicalId,
      target: find(String(properties['FunctionName'])),
      properties,
    }))
    context.serve(showMappings(declared))
    context.servePage(({ pathname }) =>
      pathname === '/_local/lag' ? jsonPage(started.flatMap(({ lag }) => lag?.() ?? [])) : undefined,
    )
  },
}
