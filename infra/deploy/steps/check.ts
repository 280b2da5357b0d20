import type { Account } from '../account/account.ts'
import type { Leftover } from '../account/leftovers.ts'
import type { StackState } from '../account/stacks.ts'
import { checkBootstrap } from '../checks/bootstrap.ts'
import { checkConcurrency } from '../checks/concurrency.ts'
import { checkCredentials } from '../checks/credentials.ts'
import type { Finding } from '../checks/finding.ts'
import { judgeLeftovers, leftoversOf } from '../checks/leftovers.ts'
import { checkMail } from '../checks/mail.ts'
import { judgeStack, type StackAction } from '../checks/stack-state.ts'
import type { DeployPlan } from '../plan.ts'

export interface CheckedStack {
  readonly name: string
  readonly action: StackAction
  readonly state: StackState | undefined
}

export interface Checked {
  readonly findings: readonly Finding[]
  readonly data: CheckedStack
  readonly service: CheckedStack
  /** The resources that earlier data stacks left behind, if the data stack is to be created. */
  readonly leftovers: readonly Leftover[]
}

export interface CheckOptions {
  /** The command that the operator typed, to name it in advice. */
  readonly command: string
  /** How to treat data that an earlier stack left behind. */
  readonly leftovers: 'ask' | 'adopt' | 'leave'
}

/**
 * Checks everything that can be known before a deployment, and reports each finding at once. Returns nothing if AWS
 * refuses the credentials.
 */
export async function checkAccount(
  plan: DeployPlan,
  account: Account,
  { command, leftovers: choice }: CheckOptions,
  tell: (finding: Finding) => void,
): Promise<Checked | undefined> {
  const findings: Finding[] = []
  const add = (...more: readonly Finding[]) => {
    findings.push(...more)
    for (const finding of more) tell(finding)
  }
  const { finding, caller, region } = await checkCredentials(account.facts, command)
  add(finding)
  if (caller === undefined || region === undefined) return undefined
  add(await checkBootstrap(account.facts, { account: caller.account, region, command }))
  const data = await checkStack(account, plan.dataStack, command, add)
  const service = await checkStack(account, plan.serviceStack, command, add)
  const isNew = data.action === 'create' || data.action === 'recover'
  const leftovers = isNew ? await leftoversOf(account, plan.dataStack) : []
  if (choice === 'ask') add(...judgeLeftovers(leftovers, plan, command))
  add(await checkConcurrency(account.facts, plan, service.action === 'create'))
  add(...(await checkMail(account.mail, plan, command)))
  return { findings, data, service, leftovers }
}

async function checkStack(
  { stacks }: Account,
  name: string,
  command: string,
  add: (finding: Finding) => void,
): Promise<CheckedStack> {
  const state = await stacks.find(name)
  const isTroubled = state !== undefined && /FAILED|^ROLLBACK_COMPLETE/.test(state.status)
  const failures = isTroubled ? await stacks.failures(state.id) : []
  const { action, finding } = judgeStack(name, state, failures, command)
  add(finding)
  return { name, action, state }
}
