import type { IncomingMessage } from 'node:http'
import type { Faults } from '../faults/faults.ts'
import type { AwsResponse, AwsService } from '../gateway/aws-service.ts'
import type { Origins } from '../gateway/gate.ts'
import type { OperationTable } from '../gateway/operations.ts'
import type { Policy } from '../iam/policy.ts'
import type { DatabaseEngine } from '../services/dynamodb/engine.ts'
import type { LocalCloudOptions } from './options.ts'
import type { ResourceTypes, StackIdentity } from './resource-names.ts'
import type { Properties, Template } from './template.ts'

/**
 * One service of the local cloud: the resources that it models, the operations that it answers, and how it is opened.
 * `Handle` is the part of it that services opened later use.
 */
export interface ServiceProvider<Handle = unknown> {
  /** The name that docs/local-cloud.md lists it by. */
  readonly service: string
  /** The CloudFormation types that it models. A template with any other type is refused. */
  readonly resources: ResourceTypes
  /** The operations that it serves behind the gateway. */
  readonly operations: OperationTable
  /**
   * Creates the resources of the template and checks what they need from others.
   *
   * @throws Error in one line that names the resource and what is not modelled, or the grant that is missing.
   */
  open(context: CloudContext): Handle | Promise<Handle>
}

/** A resource whose intrinsics are resolved. */
export interface ResolvedResource {
  readonly logicalId: string
  readonly properties: Properties
}

/**
 * Answers a request that does not call an AWS operation, such as one for the mailbox; `undefined` for an unknown
 * address.
 */
export type LocalPage = (url: URL, request: IncomingMessage) => AwsResponse | undefined

/** Everything that a provider needs to open its service. */
export interface CloudContext {
  readonly options: LocalCloudOptions
  readonly template: Template
  readonly stack: StackIdentity
  /** The DynamoDB engine, which runs before the template is read. */
  readonly engine: DatabaseEngine
  readonly faults: Faults
  /** Policies that are attached to resources themselves, by the ARN of the resource. A provider adds its own. */
  readonly resourcePolicies: Map<string, Policy>
  /** The web pages that may use the local cloud. A provider adds those that its resources list. */
  readonly origins: Origins

  /** The resources of a type, resolved, in the order of the template. */
  resourcesOf(type: string): readonly ResolvedResource[]
  resolve(properties: Properties): Properties
  /** The `Ref` of a resource, or an attribute of it; empty if it has no such name yet. */
  nameOf(logicalId: string, attribute?: string): string
  /** Adds names of a resource that are known only once it exists. */
  learn(logicalId: string, names: Readonly<Record<string, string | undefined>>): void
  /** Whether a caller is a function of the template. */
  isFunction(caller: string): boolean

  /** The handle of a provider that is opened earlier. Throws if `providers.ts` lists it later. */
  use<Handle>(provider: ServiceProvider<Handle>): Handle
  /** Serves the operations of a service behind the gateway. Requests of functions fail as `faults` decides. */
  serve(service: AwsService): void
  servePage(page: LocalPage): void
  /** Everything that is served now. Services that are added later appear in it, too. */
  readonly served: { readonly services: readonly AwsService[]; readonly page: LocalPage }
  /**
   * Registers a function to call when the local cloud closes. Functions that were registered later are called first.
   */
  closeAfter(close: () => unknown): void
}
