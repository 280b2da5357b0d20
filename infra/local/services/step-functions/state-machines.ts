import type { Properties } from '../../cloud/template.ts'
import type { Faults } from '../../faults/faults.ts'
import type { Log } from '../../gateway/aws-service.ts'
import type { Permissions } from '../../iam/permissions.ts'
import type { Lambda } from '../lambda/service.ts'
import { lambdaTasks } from './lambda-tasks.ts'
import { openStepFunctions, type StepFunctions } from './service.ts'
import { readStateMachine } from './template.ts'

export function isStateMachine(arn: string): boolean {
  return arn.startsWith('arn:aws:states:')
}

/**
 * Starts the state machines of a template, with resolved properties.
 *
 * @throws Error that names the machine and one of these: a part that is not valid or not modelled, a function that
 * does not exist, or a missing grant to call it.
 */
export async function startStateMachines(o: {
  readonly machines: readonly { readonly logicalId: string; readonly properties: Properties }[]
  readonly nameOf: (logicalId: string, attribute: string) => string
  readonly lambda: Pick<Lambda, 'find' | 'invoke'>
  readonly permissions: Pick<Permissions, 'refusalOfRole' | 'use'>
  readonly faults: Faults
  readonly region: string
  readonly dataDir: string
  readonly log: Log
}): Promise<StepFunctions> {
  const { refusalOfRole } = o.permissions
  const machines = []
  for (const { logicalId, properties } of o.machines) {
    const name = o.nameOf(logicalId, 'Name')
    const arn = o.nameOf(logicalId, 'Arn')
    const machine = readStateMachine({ logicalId, name, arn, properties })
    for (const functionName of machine.functionNames) {
      const permission = { action: 'lambda:InvokeFunction', resource: o.lambda.find(functionName).arn }
      const refused = refusalOfRole(machine.roleArn, name, permission)
      if (refused !== undefined) throw new Error(refused)
    }
    machines.push(machine)
  }
  return openStepFunctions({ ...o, machines, refusalOfRole, invoke: lambdaTasks(o) })
}
