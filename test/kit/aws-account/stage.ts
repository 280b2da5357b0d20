import type { DeployPlan } from '../../../infra/deploy/plan.ts'
import type { ResourceMapping } from '../../../infra/deploy/steps/adopt.ts'
import type { Running } from '../../../infra/deploy/steps/running.ts'
import type { Tools } from '../../../infra/deploy/tools.ts'
import type { FakeAccount } from './account.ts'
import type { NewStack } from './cloudformation.ts'

export const plan: DeployPlan = {
  stage: 'prod',
  dataStack: 'annals-prod-data',
  serviceStack: 'annals-prod-service',
  mailFrom: 'hello@annals.dev',
  mailDomain: 'annals.dev',
  codesBySes: true,
  mailPerSecond: 14,
  concurrency: 0,
}

export const table = 'AWS::DynamoDB::GlobalTable'
export const command = 'npm run deploy -- --stage prod'

/** How the next deployment of a stack ends. */
export interface Outcome {
  readonly logicalId: string
  readonly reason: string
  /** Without it, CloudFormation rolls back. */
  readonly status?: string
}

/** A stage in an account: CDK with CloudFormation behind it, and the backend that runs afterwards. */
export function fakeStage(account: FakeAccount) {
  const { cloudFormation } = account
  const log: string[] = []
  const failures = new Map<string, Outcome>()
  let isProtected = false
  let tables = 0

  function create(name: string): void {
    const isData = name === plan.dataStack
    tables += 1
    const physicalId = `${name}-EventStore-${tables}`
    if (isData) account.tables.set(physicalId, { items: 0, isProtected })
    const stack = cloudFormation.add(name, {
      isProtected: isData && isProtected,
      outputs: isData ? { EventStoreTable: physicalId, PublishOutputRef: 'x' } : { CommandApi: 'f' },
      resources: isData
        ? [{ logicalId: 'EventStore', physicalId, type: table, policy: 'RetainExceptOnCreate' }]
        : [],
    } satisfies NewStack)
    const failure = failures.get(name)
    if (failure !== undefined) cloudFormation.rollBackCreate(stack, failure)
  }

  function deployStack(name: string): boolean {
    const existing = cloudFormation.find(name)
    const failure = failures.get(name)
    if (existing === undefined) create(name)
    else if (!/^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT)_COMPLETE$/.test(existing.status))
      // CloudFormation user guide, "Troubleshooting": such a stack cannot be updated.
      throw new Error(`Stack ${name} is in ${existing.status} state and can not be updated.`)
    else {
      existing.isProtected = name === plan.dataStack && isProtected
      for (const { physicalId } of existing.resources) {
        const found = account.tables.get(physicalId)
        if (found !== undefined) found.isProtected = existing.isProtected
      }
      if (failure !== undefined) {
        existing.events.unshift(
          { logicalId: failure.logicalId, status: 'UPDATE_FAILED', reason: failure.reason },
          { logicalId: name, status: 'UPDATE_IN_PROGRESS', reason: 'User Initiated' },
        )
        existing.status = failure.status ?? 'UPDATE_ROLLBACK_COMPLETE'
      } else {
        existing.status = 'UPDATE_COMPLETE'
        existing.outputs['EventStoreTable'] ??= 'adopted'
      }
    }
    return failure === undefined
  }

  const tools: Tools = {
    async prepare() {
      log.push('prepare')
    },
    async synthesise(withProtection) {
      isProtected = withProtection
      log.push(withProtection ? 'synthesise' : 'synthesise without protection')
    },
    async deployStack(name) {
      log.push(`deploy ${name}`)
      return deployStack(name)
    },
    async importInto(name, mapping: ResourceMapping) {
      log.push(`import into ${name}: ${JSON.stringify(mapping)}`)
      cloudFormation.add(name, { status: 'IMPORT_COMPLETE' })
      return true
    },
  }
  const running: Running = {
    checkGenerations: async () => [],
    async unlisted() {
      log.push('list generations')
      return []
    },
    build: async () => true,
    async resubmit() {
      log.push('resubmit parked streams')
      return { done: 0, parked: 0 }
    },
    async smoke() {
      log.push('smoke test')
      return undefined
    },
  }
  return { tools, running, log, failures }
}
