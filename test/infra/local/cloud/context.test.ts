import { describe, expect, it } from 'vitest'
import { createContext } from '../../../../infra/local/cloud/context.ts'
import type { ServiceProvider } from '../../../../infra/local/cloud/provider.ts'
import type { Resource } from '../../../../infra/local/cloud/template.ts'
import { AwsError, type AwsService } from '../../../../infra/local/gateway/aws-service.ts'
import { resourceTypes } from '../../../../infra/local/services/providers.ts'

/** A context for these resources, and the names of the providers that were closed. */
function contextOn(...resources: Resource[]) {
  const ends: (() => unknown)[] = []
  const context = createContext({
    options: {
      assembly: () => '',
      dataDir: '',
      port: 0,
      awsPort: 0,
      region: 'eu-west-1',
      allowRemote: false,
      groups: [],
      log: () => {},
    },
    template: {
      stackNames: ['Annals'],
      resources,
      outputs: {},
      ofType: (type) => resources.filter((resource) => resource.type === type),
      assetFolder: () => '',
    },
    engine: { endpoint: '', isEmbedded: true, problem: async () => undefined, close: async () => {} },
    types: resourceTypes,
    closeAfter: (end) => void ends.push(end),
  })
  return { context, ends }
}

const provider = <Handle>(open: ServiceProvider<Handle>['open']): ServiceProvider<Handle> => ({
  service: 'Example',
  resources: {},
  operations: {},
  open,
})

const service = (handle: AwsService['handle']): AwsService => ({
  targets: ['Example'],
  operations: {},
  permissions: () => [],
  handle,
})

const request = (caller?: string) => ({
  operation: 'Do',
  body: Buffer.alloc(0),
  headers: {},
  caller,
})

describe('a provider', () => {
  it('uses the handle of a provider that was opened earlier', async () => {
    const { context } = contextOn()
    const earlier = provider(() => ({ value: 7 }))
    await context.open(earlier)
    expect(context.use(earlier).value).toBe(7)
  })

  it('fails the start if it uses a later provider', async () => {
    const { context } = contextOn()
    const later = provider(() => undefined)
    await expect(context.open(provider((given) => given.use(later)))).rejects.toThrow(
      'Example is not open yet: providers.ts must list it earlier',
    )
  })
})

describe('a name', () => {
  const rule = {
    logicalId: 'Welcome',
    type: 'AWS::Events::Rule',
    properties: { EventBusName: { Ref: 'Bus' }, EventPattern: { source: [{ Ref: 'Table' }] } },
  }
  const bus = { logicalId: 'Bus', type: 'AWS::Events::EventBus', properties: { Name: 'annals' } }

  it('may contain the name of another resource that is declared later', () => {
    const { context } = contextOn(rule, bus)
    expect(context.nameOf('Welcome', 'Arn')).toBe(
      'arn:aws:events:eu-west-1:000000000000:rule/annals/Annals-Welcome',
    )
  })

  it('that is known only once its resource exists is added then', () => {
    const { context } = contextOn({ logicalId: 'Queue', type: 'AWS::SQS::Queue', properties: {} })
    const url = () => context.resolve({ Url: { Ref: 'Queue' } })
    expect(url).toThrow('Queue.Ref is not modelled')
    context.learn('Queue', { Ref: 'http://127.0.0.1/queue' })
    expect(url()).toEqual({ Url: 'http://127.0.0.1/queue' })
    expect(context.nameOf('Queue', 'QueueName')).toBe('Annals-Queue')
  })
})

describe('a request', () => {
  it('by a function fails as the faults say, and one by a developer does not', async () => {
    const code = { S3Key: 'code.zip' }
    const { context } = contextOn({
      logicalId: 'Commands',
      type: 'AWS::Lambda::Function',
      properties: { Code: code },
    })
    context.serve(service(async () => ({ status: 200, body: 'done' })))
    context.faults.next('fail', { times: 2 })
    const [served] = context.served.services
    await expect(served?.handle(request('Commands'))).rejects.toThrow(AwsError)
    expect(await served?.handle(request())).toMatchObject({ body: 'done' })
  })

  it('that calls no operation is answered by the first page that knows its address', () => {
    const { context } = contextOn()
    context.servePage(({ pathname }) => (pathname === '/one' ? { status: 200, body: 'one' } : undefined))
    context.servePage(() => ({ status: 200, body: 'other' }))
    // A page in this test reads only the address.
    const ask = (path: string) => context.served.page(new URL(path, 'http://127.0.0.1'), {} as never)
    expect([ask('/one')?.body, ask('/two')?.body]).toEqual(['one', 'other'])
  })
})
