import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  paginateListStackResources,
  paginateListStacks,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation'
import { type AwsConfig, errorName } from './config.ts'

/** A stack as CloudFormation describes it. */
export interface StackState {
  /** Names this stack even after it was deleted and another one has its name. */
  readonly id: string
  readonly name: string
  /** CloudFormation's word, such as `UPDATE_COMPLETE`. */
  readonly status: string
  readonly reason?: string | undefined
  readonly isProtected: boolean
  readonly outputs: Readonly<Record<string, string>>
}

export interface StackResource {
  readonly logicalId: string
  readonly physicalId: string
  readonly type: string
  readonly status: string
}

export interface StackFailure {
  readonly logicalId: string
  readonly reason: string
}

/** The stacks of an account and region. */
export interface Stacks {
  /** By name, or by id even if it was deleted; undefined if there is none. */
  find(nameOrId: string): Promise<StackState | undefined>
  resources(nameOrId: string): Promise<readonly StackResource[]>
  /** The ids of stacks of this name that were deleted in the last 90 days, which CloudFormation remembers. */
  deleted(name: string): Promise<readonly string[]>
  /** The failures of the last operation, the first one first. */
  failures(nameOrId: string): Promise<readonly StackFailure[]>
  setProtection(name: string, isProtected: boolean): Promise<void>
  /** Begins to delete a stack. */
  delete(id: string): Promise<void>
}

export function openStacks(config: AwsConfig): Stacks {
  const client = new CloudFormationClient(config)
  return {
    async find(StackName) {
      try {
        const { Stacks: [found] = [] } = await client.send(new DescribeStacksCommand({ StackName }))
        if (found === undefined) return undefined
        const outputs = (found.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [
          OutputKey,
          OutputValue,
        ])
        return {
          id: found.StackId ?? StackName,
          name: found.StackName ?? StackName,
          status: found.StackStatus ?? '',
          reason: found.StackStatusReason,
          isProtected: found.EnableTerminationProtection === true,
          outputs: Object.fromEntries(outputs),
        }
      } catch (error) {
        // API reference, DescribeStacks: a stack that does not exist is a ValidationError.
        if (errorName(error) === 'ValidationError' && /does not exist/.test(String(error))) return undefined
        throw error
      }
    },
    async resources(StackName) {
      const found: StackResource[] = []
      for await (const page of paginateListStackResources({ client }, { StackName }))
        for (const one of page.StackResourceSummaries ?? [])
          found.push({
            logicalId: one.LogicalResourceId ?? '',
            physicalId: one.PhysicalResourceId ?? '',
            type: one.ResourceType ?? '',
            status: one.ResourceStatus ?? '',
          })
      return found
    },
    async deleted(name) {
      const ids: string[] = []
      for await (const page of paginateListStacks({ client }, { StackStatusFilter: ['DELETE_COMPLETE'] }))
        for (const { StackName, StackId } of page.StackSummaries ?? [])
          if (StackName === name && StackId !== undefined) ids.push(StackId)
      return ids
    },
    async failures(StackName) {
      const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }))
      // The newest come first. The operation began with an event of the stack itself that the user initiated.
      const start = StackEvents.findIndex(
        ({ ResourceStatusReason }) => ResourceStatusReason === 'User Initiated',
      )
      return StackEvents.slice(0, start === -1 ? undefined : start)
        .filter(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'))
        .map(({ LogicalResourceId = '', ResourceStatusReason = 'no reason given' }) => ({
          logicalId: LogicalResourceId,
          reason: ResourceStatusReason,
        }))
        .filter(({ reason }) => !/cancelled$/.test(reason))
        .toReversed()
    },
    async setProtection(StackName, EnableTerminationProtection) {
      await client.send(new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection }))
    },
    async delete(StackName) {
      await client.send(new DeleteStackCommand({ StackName }))
    },
  }
}
