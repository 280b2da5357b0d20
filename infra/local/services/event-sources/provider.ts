import type { ServiceProvider } from '../../cloud/provider.ts'
import { byLogicalId } from '../../cloud/resource-names.ts'
import { jsonPage } from '../../gateway/json-page.ts'
import { iam } from '../../iam/provider.ts'
import { dynamoDb } from '../dynamodb/provider.ts'
import { lambda } from '../lambda/provider.ts'
import { sqs } from '../sqs/provider.ts'
import { startEventSource } from './service.ts'

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
  operations: {},
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
    context.servePage(({ pathname }) =>
      pathname === '/_local/lag' ? jsonPage(started.flatMap(({ lag }) => lag?.() ?? [])) : undefined,
    )
  },
}
