import { basename } from 'node:path'
import type { CloudContext, ServiceProvider } from '../../cloud/provider.ts'
import { account, byLogicalId, nameFrom } from '../../cloud/resource-names.ts'
import type { Properties, Template } from '../../cloud/template.ts'
import { jsonPage } from '../../gateway/json-page.ts'
import { gateway } from '../../gateway/provider.ts'
import { iam } from '../../iam/provider.ts'
import { cloudWatch } from '../cloudwatch/provider.ts'
import { sqs } from '../sqs/provider.ts'
import { type AsyncInvocations, openAsyncInvocations } from './async-invocations.ts'
import { type FailureDestination, failureDestinations } from './failure-destination.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { lambdaOperations } from './operations.ts'
import { latest } from './qualifier.ts'
import { type Lambda, startLambda } from './service.ts'
import { readFunction } from './template.ts'
import { aliasNames, aliasType, firstVersion, readVersions, versionNames, versionType } from './versions.ts'

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
        return { Ref: name, Arn: arnOf(given.region, { FunctionName: name }) }
      },
    },
    [versionType]: {
      modelled: 'The version that runs. A reload publishes the next; an older version cannot be called.',
      names: ({ properties: { FunctionName }, resolve, region }) =>
        versionNames(arnOf(region, resolve({ FunctionName }))),
    },
    [aliasType]: {
      modelled:
        'A name for the version in the template, with permissions and settings of its own. It does not split calls between versions.',
      names: ({ properties: { FunctionName, Name }, resolve, region }) =>
        aliasNames(arnOf(region, resolve({ FunctionName })), { Name }),
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
    context.servePage(({ pathname }) => {
      if (pathname === '/_local/invocations') return jsonPage({ oldest: opened.oldestInvocation() })
      return pathname === '/_local/usage' ? jsonPage(opened.usage()) : undefined
    })
    for (const definition of definitionsOf(context.template, context, () => firstVersion))
      opened.define(definition)

    const failureDestination = failureDestinations(queues, context.use(iam))
    const invocations = openAsyncInvocations({ ...options, lambda: opened, faults })
    context.closeAfter(invocations.close)
    for (const { properties } of context.resourcesOf(invokeConfigType)) {
      const { FunctionName: name, Qualifier: qualifier } = properties
      const { arn, logicalId } = opened.find(`${String(name)}:${String(qualifier)}`)
      invocations.configure(arn, properties, failureDestination(logicalId, properties))
    }
    return {
      find: opened.find,
      invoke: opened.invoke,
      invokeAsync: invocations.invokeAsync,
      failureDestination,
      reload: (next) => reload(opened, next, context),
    }
  },
}

function arnOf(region: string, { FunctionName: name }: Properties): string {
  return `arn:aws:lambda:${region}:${account}:function:${String(name)}`
}

/** The functions of a template. `publish` returns the number of the version that one runs, if the template has one. */
function definitionsOf(
  template: Template,
  { resolve, nameOf }: CloudContext,
  publish: (functionArn: string) => string,
): readonly FunctionDefinition[] {
  const versions = readVersions(template)
  return template.ofType(functionType).map(({ logicalId, properties }) => {
    const arn = nameOf(logicalId, 'Arn')
    return readFunction({
      logicalId,
      properties: resolve(properties),
      assetFolder: template.assetFolder,
      name: nameOf(logicalId),
      arn,
      version: versions.isPublished(logicalId) ? publish(arn) : latest,
      aliases: versions.aliasesOf(logicalId),
    })
  })
}

function reload(opened: Lambda, next: Template, context: CloudContext): readonly string[] {
  const nextVersion = (arn: string) => String(Number(opened.find(arn).version) + 1)
  const definitions = definitionsOf(next, context, nextVersion)
  // The folder of an asset is named after its content.
  const changed = definitions.filter(
    ({ arn, folder }) => basename(opened.find(arn).folder) !== basename(folder),
  )
  for (const definition of changed) opened.define(definition)
  return changed.map(({ logicalId }) => logicalId)
}
