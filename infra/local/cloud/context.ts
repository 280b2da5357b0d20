import { createFaults } from '../faults/faults.ts'
import { withRequestFaults } from '../faults/request-faults.ts'
import type { AwsService } from '../gateway/aws-service.ts'
import { createOrigins } from '../gateway/gate.ts'
import type { DatabaseEngine } from '../services/dynamodb/engine.ts'
import type { LocalCloudOptions } from './options.ts'
import type { CloudContext, LocalPage, ServiceProvider } from './provider.ts'
import { namePrefix, nameResources, type ResourceTypes } from './resource-names.ts'
import type { Template } from './template.ts'

/** The context of a local cloud, which also opens the providers one after the other. */
export interface OpenContext extends CloudContext {
  /** Opens a provider and keeps its handle for those that come after it. */
  open(provider: ServiceProvider): Promise<void>
}

/** Names the resources of a template and prepares to open its services. Throws as `nameResources` does. */
export function createContext(o: {
  readonly options: LocalCloudOptions
  readonly template: Template
  readonly engine: DatabaseEngine
  readonly types: ResourceTypes
  readonly closeAfter: (close: () => unknown) => void
}): OpenContext {
  const { template, options } = o
  const { lookup, resolve, learn, leftOut } = nameResources(template, options.region, o.types)
  if (leftOut.length > 0) {
    const named = leftOut.map(({ logicalId, type }) => `${logicalId} (${type})`).join(', ')
    options.log('local cloud', `Left out, because the local cloud does not model them: ${named}`)
  }
  const functionIds = new Set(template.ofType('AWS::Lambda::Function').map(({ logicalId }) => logicalId))
  const isFunction = (caller: string) => functionIds.has(caller)
  const faults = createFaults()
  const services: AwsService[] = []
  const pages: LocalPage[] = []
  const handles = new Map<ServiceProvider, unknown>()

  const page: LocalPage = (url, request) => {
    for (const answer of pages) {
      const answered = answer(url, request)
      if (answered !== undefined) return answered
    }
    return undefined
  }

  const context: OpenContext = {
    options,
    template,
    engine: o.engine,
    stack: { region: options.region, prefix: namePrefix },
    faults,
    resourcePolicies: new Map(),
    origins: createOrigins(),
    resourcesOf: (type) =>
      template
        .ofType(type)
        .map(({ logicalId, properties }) => ({ logicalId, properties: resolve(properties) })),
    resolve,
    nameOf: (logicalId, attribute = 'Ref') => lookup(logicalId, attribute) ?? '',
    learn,
    isFunction,
    use<Handle>(provider: ServiceProvider<Handle>): Handle {
      if (!handles.has(provider))
        throw new Error(`${provider.service} is not open yet: providers.ts must list it earlier`)
      return handles.get(provider) as Handle // the value that this provider returned, see `open`
    },
    serve: (service) => void services.push(withRequestFaults(service, faults, isFunction)),
    servePage: (answer) => void pages.push(answer),
    served: { services, page },
    closeAfter: o.closeAfter,
    async open(provider) {
      handles.set(provider, await provider.open(context))
    },
  }
  return context
}
