import { randomUUID } from 'node:crypto'
import { type FakeAnswer, FakeError, field, members, query } from './protocol.ts'

export interface FakeResource {
  readonly logicalId: string
  readonly physicalId: string
  readonly type: string
  status: string
  /** Whether it is kept when its stack is deleted. */
  readonly policy: 'Delete' | 'Retain' | 'RetainExceptOnCreate'
}

export interface FakeStack {
  readonly id: string
  readonly name: string
  status: string
  isProtected: boolean
  readonly resources: FakeResource[]
  /** Newest first, as CloudFormation lists them. */
  readonly events: { readonly logicalId: string; readonly status: string; readonly reason?: string }[]
  readonly outputs: Record<string, string>
}

export interface NewStack extends Partial<Omit<FakeStack, 'id' | 'name' | 'resources'>> {
  readonly resources?: readonly Omit<FakeResource, 'status'>[]
}

/** The services of the resources, as far as CloudFormation deletes them. */
interface Services {
  readonly isProtected: (physicalId: string) => boolean
  readonly remove: (physicalId: string) => void
}

/** CloudFormation with the answers that AWS documents. Times are left out: an operation ends at the next question. */
export class FakeCloudFormation {
  readonly stacks: FakeStack[] = []

  private readonly services: Services

  constructor(services: Services) {
    this.services = services
  }

  add(name: string, { resources = [], ...over }: NewStack = {}): FakeStack {
    const id = `arn:aws:cloudformation:eu-west-1:111122223333:stack/${name}/${randomUUID()}`
    const status = over.status ?? 'CREATE_COMPLETE'
    const stack: FakeStack = {
      id,
      name,
      status,
      isProtected: over.isProtected ?? false,
      events: over.events ?? [],
      outputs: over.outputs ?? {},
      resources: resources.map((one) => ({ ...one, status: 'CREATE_COMPLETE' })),
    }
    this.stacks.push(stack)
    return stack
  }

  /** The stack of this name that was not deleted. */
  find(name: string): FakeStack | undefined {
    return this.stacks.find((one) => one.name === name && one.status !== 'DELETE_COMPLETE')
  }

  /**
   * A failed create, rolled back (user guide, "Stack failure options", and "DeletionPolicy attribute"): `Retain` keeps
   * resources even then, `RetainExceptOnCreate` deletes them.
   */
  rollBackCreate(stack: FakeStack, failed: { readonly logicalId: string; readonly reason: string }): void {
    stack.events.unshift(
      { logicalId: failed.logicalId, status: 'CREATE_FAILED', reason: failed.reason },
      { logicalId: stack.name, status: 'CREATE_IN_PROGRESS', reason: 'User Initiated' },
    )
    stack.status = this.deleteResources(stack, true) ? 'ROLLBACK_COMPLETE' : 'ROLLBACK_FAILED'
  }

  answer(operation: string, input: Readonly<Record<string, string>>): FakeAnswer {
    const name = input['StackName'] ?? ''
    switch (operation) {
      case 'DescribeStacks':
        return query(operation, members('Stacks', [describe(this.named(name))]))
      case 'ListStacks':
        return query(operation, members('StackSummaries', this.summaries(input)))
      case 'ListStackResources':
        return query(operation, members('StackResourceSummaries', this.named(name).resources.map(summary)))
      case 'DescribeStackEvents':
        return query(operation, members('StackEvents', this.named(name).events.map(event)))
      case 'UpdateTerminationProtection':
        this.named(name).isProtected = input['EnableTerminationProtection'] === 'true'
        return query(operation, '')
      case 'DeleteStack':
        this.delete(this.named(name))
        return query(operation, '')
      default:
        throw new FakeError('InvalidAction', `${operation} is not faked`)
    }
  }

  private summaries(input: Readonly<Record<string, string>>): string[] {
    const wanted = input['StackStatusFilter.member.1']
    return this.stacks
      .filter(({ status }) => wanted === undefined || status === wanted)
      .map(
        ({ name, id, status }) =>
          `${field('StackName', name)}${field('StackId', id)}${field('StackStatus', status)}`,
      )
  }

  /** API reference, DescribeStacks: a deleted stack is found by its id only. */
  private named(nameOrId: string): FakeStack {
    const found = this.stacks.find(({ id }) => id === nameOrId) ?? this.find(nameOrId)
    if (found !== undefined) return found
    throw new FakeError('ValidationError', `Stack with id ${nameOrId} does not exist`)
  }

  private delete(stack: FakeStack): void {
    // User guide, "Protect CloudFormation stacks from being deleted".
    if (stack.isProtected)
      throw new FakeError(
        'ValidationError',
        `Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`,
      )
    stack.events.unshift({ logicalId: stack.name, status: 'DELETE_IN_PROGRESS', reason: 'User Initiated' })
    stack.status = this.deleteResources(stack) ? 'DELETE_COMPLETE' : 'DELETE_FAILED'
  }

  /** Returns whether all resources that are not retained are gone. */
  private deleteResources(stack: FakeStack, isCreate = false): boolean {
    for (const one of stack.resources) {
      if (/^DELETE_(COMPLETE|SKIPPED)$/.test(one.status)) continue
      const isKept = one.policy === 'Retain' || (one.policy === 'RetainExceptOnCreate' && !isCreate)
      if (isKept) one.status = 'DELETE_SKIPPED'
      else if (this.services.isProtected(one.physicalId)) {
        one.status = 'DELETE_FAILED'
        stack.events.unshift({
          logicalId: one.logicalId,
          status: 'DELETE_FAILED',
          reason: 'Resource cannot be deleted as it is currently protected against deletion.',
        })
      } else {
        one.status = 'DELETE_COMPLETE'
        this.services.remove(one.physicalId)
      }
    }
    return stack.resources.every(({ status }) => status !== 'DELETE_FAILED')
  }
}

function describe({ id, name, status, isProtected, outputs }: FakeStack): string {
  const listed = Object.entries(outputs).map(
    ([key, value]) => field('OutputKey', key) + field('OutputValue', value),
  )
  return [
    field('StackId', id),
    field('StackName', name),
    field('StackStatus', status),
    field('CreationTime', '2026-01-01T00:00:00.000Z'),
    field('EnableTerminationProtection', isProtected),
    members('Outputs', listed),
  ].join('')
}

function summary({ logicalId, physicalId, type, status }: FakeResource): string {
  return [
    field('LogicalResourceId', logicalId),
    field('PhysicalResourceId', physicalId),
    field('ResourceType', type),
    field('ResourceStatus', status),
  ].join('')
}

function event({ logicalId, status, reason }: FakeStack['events'][number]): string {
  return [
    field('LogicalResourceId', logicalId),
    field('ResourceStatus', status),
    field('ResourceStatusReason', reason),
  ].join('')
}
