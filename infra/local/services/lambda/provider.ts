import { basename } from 'node:path'
import type { CloudContext, ServiceProvider } from '../../cloud/provider.ts'
import { account, byLogicalId, nameFrom } from '../../cloud/resource-names.ts'
import type { Template } from '../../cloud/template.ts'
import { jsonPage } from '../../gateway/json-page.ts'
import { gateway } from '../../gateway/provider.ts'
import { iam } from '../../iam/provider.ts'
import { cloudWatch } from '../cloudwatch/provider.ts'
import { sqs } from '../sqs/provider.ts'
import { type AsyncInvocations, openAsyncInvocations } from './async-invocations.ts'
import { type FailureDestination, failureDestinations } from './failure-destination.ts'
import { lambdaOperations } from './operations.ts'
import { type Lambda, startLambda } from './service.ts'
import { readFunction } from './template.ts'

const functionType = 'AWS::Lambda::Function'
const invokeConfigType = 'AWS::Lambda::EventInvokeConfig'

export interface LambdaHandle extends Pick<Lambda, 'find' | 'invoke'>, Pick<AsyncInvocations, 'invokeAsync'> {
  readonly failureDestination: FailureDestination
  /** Replaces the functions whose code differs in another template. Returns their logical ids. */
  reload(next: Template): readonly string[]
}

export const lambda: ServiceProvider<LambdaHandle> = {
  service: 'Lambda',
  resources: {
    [functionType]: {
      modelled:
        'A Node.js function from an asset, in processes of its own with its timeout, memory setting and role.',
      names(given) {
        const name = nameFrom(undefined, given)
        return { Ref: name, Arn: `arn:aws:lambda:${given.region}:${account}:function:${name}` }
      },
    },
    [invokeConfigType]: {
      modelled: 'The retries of an asynchronous event, and the queue for an event that fails every retry.',
      names: byLogicalId,
    },
  },
  operations: lambdaOperations,
  async open(context) {
    const { faults, options } = context
    const { queues } = context.use(sqs)
    const opened = await startLambda({
      ...options,
      endpoint: context.use(gateway).url,
      faults,
      keepLine: context.use(cloudWatch).append,
      // Opened below, before anything is invoked.
      invokeAsync: (functionArn, payload) => invocations.invokeAsync(functionArn, payload),
    })
    context.closeAfter(opened.close)
    context.serve(opened.service)
    context.servePage(({ pathname }) =>
      pathname === '/_local/invocations' ? jsonPage({ oldest: opened.oldestInvocation() }) : undefined,
    )
    for (const definition of definitionsOf(context.template, context)) opened.define(definition)

    const failureDestination = failureDestinations(queues, context.use(iam))
    const invocations = openAsyncInvocations({ ...options, lambda: opened, faults })
    context.closeAfter(invocations.close)
    for (const { properties } of context.resourcesOf(invokeConfigType)) {
      const { arn, logicalId } = opened.find(String(properties['FunctionName']))
      invocations.configure(arn, properties, failureDestination(logicalId, properties))
    }
    return {
      find: opened.find,
      invoke: opened.invoke,
      invokeAsync: invocations.invokeAsync,
      failureDestination,
      reload: (next) => reload(opened, definitionsOf(next, context)),
    }
  },
}

function definitionsOf({ ofType, assetFolder }: Template, { resolve, nameOf }: CloudContext) {
  return ofType(functionType).map(({ logicalId, properties }) =>
    readFunction({
      logicalId,
      properties: resolve(properties),
      assetFolder,
      name: nameOf(logicalId),
      arn: nameOf(logicalId, 'Arn'),
    }),
  )
}

function reload(opened: Lambda, definitions: ReturnType<typeof definitionsOf>): readonly string[] {
  // The folder of an asset is named after its content.
  const changed = definitions.filter(
    ({ arn, folder }) => basename(opened.find(arn).folder) !== basename(folder),
  )
  for (const definition of changed) opened.define(definition)
  return changed.map(({ logicalId }) => logicalId)
}
