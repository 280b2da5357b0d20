import type { Account } from './account/account.ts'
import type { Leftover } from './account/leftovers.ts'
import { checkCredentials } from './checks/credentials.ts'
import { findingLines } from './checks/finding.ts'
import { nameOf, removalOf } from './checks/leftovers.ts'
import type { DeployPlan } from './plan.ts'
import { deleteStack, type Patience } from './steps/recover.ts'

/** Dollars a month for a gigabyte of a table, with recovery to any second (DynamoDB pricing, us-east-1). */
const tableDollars = 0.25 + 0.2

const queueType = 'AWS::SQS::Queue'

export interface DestructionPorts extends Patience {
  readonly account: Account
  /** Returns the line that the operator types after the question. */
  readonly ask: (question: string) => Promise<string>
}

export interface DestructionOptions {
  /** The command that was typed, for findings that ask to repeat it. */
  readonly command: string
  /** The name that `--yes` gives; undefined if the operator is asked. */
  readonly confirmed?: string | undefined
}

/**
 * Deletes the service stack of a stage after AWS has accepted the credentials and the operator has named the stage. The data stack stays: its resources, their
 * rough cost and how to remove them are told. Returns whether the service stack is gone.
 */
export async function destroy(
  { stage, serviceStack, dataStack }: Pick<DeployPlan, 'stage' | 'serviceStack' | 'dataStack'>,
  { account, ask, ...patience }: DestructionPorts,
  { command, confirmed }: DestructionOptions,
): Promise<boolean> {
  const { finding } = await checkCredentials(account.facts, command)
  for (const line of findingLines(finding)) patience.tell(line)
  if (finding.level === 'stop') {
    patience.tell('Nothing was changed. Do what is written behind STOP, then repeat the command.')
    return false
  }
  const { tell } = patience
  const service = await account.stacks.find(serviceStack)
  if (service === undefined) tell(`${serviceStack} does not exist.`)
  else {
    const answer =
      confirmed ??
      (await ask(`This deletes ${serviceStack}: the API stops. Type the name of the stage to confirm: `))
    if (answer.trim() !== stage) {
      tell(`"${answer.trim()}" is not ${stage}: nothing was changed.`)
      return false
    }
    if (/_IN_PROGRESS$/.test(service.status) && service.status !== 'REVIEW_IN_PROGRESS') {
      tell(
        `${serviceStack} is being changed (${service.status}): nothing was changed. Wait, then repeat this.`,
      )
      return false
    }
    if (service.isProtected) await account.stacks.setProtection(serviceStack, false)
    tell(`Deleting ${serviceStack}`)
    await deleteStack(account, service, patience)
    tell(`${serviceStack} is deleted.`)
  }
  await tellRemains(dataStack, account, tell)
  return true
}

async function tellRemains(
  dataStack: string,
  { stacks, leftovers }: Account,
  tell: (line: string) => void,
): Promise<void> {
  const data = await stacks.find(dataStack)
  if (data === undefined) return tell(`${dataStack} does not exist, so no data remains in it.`)
  const found: Leftover[] = []
  for (const resource of await stacks.resources(data.id)) {
    const left = await leftovers.look(resource)
    if (left !== undefined) found.push(left)
  }
  tell(`The data remains in ${dataStack}. npm run deploy makes the service again on it.`)
  const queues = found.filter(({ type }) => type === queueType)
  const others = found.filter(({ type }) => type !== queueType)
  for (const one of others) tell(`  ${nameOf(one)}: ${one.isEmpty ? 'empty' : 'has data'}, ${costOf(one)}`)
  const waiting = queues.filter(({ isEmpty }) => !isEmpty)
  if (queues.length > 0)
    tell(`  ${queues.length} queues: nothing while nothing is sent to them. With messages: ${waiting.length}`)
  for (const one of waiting) tell(`    ${nameOf(one)}`)
  tell('To remove it permanently, with every event and every account:')
  tell(
    `  aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${dataStack}`,
  )
  tell(`  aws cloudformation delete-stack --stack-name ${dataStack}`)
  // The stack deletes its queues itself.
  for (const line of others.flatMap(removalOf)) tell(`  ${line}`)
}

/** The rough cost of a resource that nobody uses. */
function costOf({ type, bytes }: Leftover): string {
  if (bytes !== undefined) return `about $${((bytes / 1e9) * tableDollars).toFixed(2)} a month`
  switch (type) {
    case 'AWS::S3::Bucket':
      return 'about $0.023 a month for each gigabyte'
    default:
      return 'nothing while nobody uses it'
  }
}
