import type { Account } from '../account/account.ts'
import { reasonOf } from '../account/config.ts'
import type { Leftover } from '../account/leftovers.ts'
import { type Finding, findingLines } from '../checks/finding.ts'
import { leftoversOf, nameOf, removalOf } from '../checks/leftovers.ts'
import { pendingFinding, senderOf } from '../checks/mail.ts'
import type { DeployPlan } from '../plan.ts'
import type { Tools } from '../tools.ts'
import { resourceMapping } from './adopt.ts'
import { type Checked, type CheckedStack, type CheckOptions, checkAccount } from './check.ts'
import { recover } from './recover.ts'
import type { Running } from './running.ts'

export interface DeploymentPorts {
  readonly account: Account
  readonly tools: Tools
  /** Opens the backend by the outputs of its stacks. */
  readonly open: (outputs: Readonly<Record<string, string>>) => Promise<Running>
  readonly pause: (ms: number) => Promise<void>
  readonly tell: (line: string) => void
}

export interface DeploymentOptions extends CheckOptions {
  /** Ends after the checks. */
  readonly checkOnly?: boolean
  /** Builds new versions of read models after the deployment. */
  readonly replay: boolean
  readonly smoke: boolean
}

/**
 * Deploys a stage: checks the account, recovers stacks whose first create failed, deploys the data stack and then the
 * service stack, and protects the data after its success. After every function has switched, lists and builds new
 * versions of read models, tries parked streams again, and tests the backend. Every step may be repeated, so the same
 * command continues after a failure. Returns whether everything succeeded; what did not is told.
 */
export async function deploy(
  plan: DeployPlan,
  ports: DeploymentPorts,
  options: DeploymentOptions,
): Promise<boolean> {
  const { account, tools, tell } = ports
  const tellFinding = (finding: Finding) => {
    for (const line of findingLines(finding)) tell(line)
  }
  tell(`Checks of the stage ${plan.stage}`)
  const checked = await checkAccount(plan, account, options, tellFinding)
  if (checked === undefined) return stopped(ports)
  const generations = await generationFindings(ports, checked)
  for (const finding of generations) tellFinding(finding)
  if ([...checked.findings, ...generations].some(({ level }) => level === 'stop')) return stopped(ports)
  if (options.checkOnly) return true

  await tools.prepare()
  if (!(await deployStacks(plan, ports, checked, options))) return false
  return afterSwitch(plan, ports, options)
}

/** The generations of a backend that is deployed already. */
async function generationFindings(ports: DeploymentPorts, { data }: Checked): Promise<readonly Finding[]> {
  if (data.action !== 'update' || data.state === undefined) return []
  // A stack that has only imported resources so far has no outputs, and nothing runs on it.
  if (Object.keys(data.state.outputs).length === 0) return []
  const running = await ports.open(data.state.outputs)
  return running.checkGenerations()
}

async function deployStacks(
  plan: DeployPlan,
  ports: DeploymentPorts,
  { data, service, leftovers }: Checked,
  options: DeploymentOptions,
): Promise<boolean> {
  const { tools, tell } = ports
  await ensureSender(plan, ports)
  const isNew = data.action !== 'update'
  // Protection comes after the first success. Before it, CloudFormation could not undo a create that failed.
  await tools.synthesise(!isNew)
  await recoverStack(ports, data, leftovers)
  if (options.leftovers === 'adopt' && leftovers.length > 0) {
    tell(`Adopting into ${data.name}: ${leftovers.map(nameOf).join(', ')}`)
    if (!(await tools.importInto(data.name, resourceMapping(leftovers))))
      return failed(ports, data, options.command)
  }
  tell(`Deploying ${data.name}`)
  if (!(await tools.deployStack(data.name))) return failed(ports, data, options.command)
  if (isNew) {
    tell(`Protecting ${data.name}`)
    await tools.synthesise(true)
    if (!(await tools.deployStack(data.name))) return failed(ports, data, options.command)
  }
  await recoverStack(ports, service, [])
  tell(`Deploying ${service.name}`)
  if (await tools.deployStack(service.name)) return true
  return failed(ports, service, options.command)
}

/** Lets SES verify the sender if it does not know it. A refusal is told: mail is not worth a deployment. */
async function ensureSender(plan: DeployPlan, { account: { mail }, tell }: DeploymentPorts): Promise<void> {
  const sender = senderOf(plan)
  try {
    if ((await mail.identity(sender)) !== undefined) return
    tell(`Creating the sender ${sender} in SES`)
    for (const line of findingLines(pendingFinding(plan, await mail.create(sender)))) tell(line)
  } catch (error) {
    tell(`The sender ${sender} could not be created in SES: ${reasonOf(error)}`)
  }
}

async function recoverStack(
  ports: DeploymentPorts,
  stack: CheckedStack,
  leftovers: readonly Leftover[],
): Promise<void> {
  if (stack.action !== 'recover' || stack.state === undefined) return
  await recover(ports.account, stack.state, ports)
  await tellLeftovers(ports, stack, leftovers)
}

/** Names what the deletion of a failed stack has left behind, besides what was known before. */
async function tellLeftovers(
  { account, tell }: DeploymentPorts,
  { name }: CheckedStack,
  known: readonly Leftover[],
): Promise<void> {
  const found = await leftoversOf(account, name)
  for (const one of found)
    if (!known.some(({ physicalId }) => physicalId === one.physicalId))
      for (const line of [`Left behind: ${nameOf(one)}. To remove it:`, ...removalOf(one)]) tell(line)
}

/** The steps that need every function to run the new code. */
async function afterSwitch(
  { dataStack, serviceStack, stage }: DeployPlan,
  { account, open, tell }: DeploymentPorts,
  { replay, smoke, command }: DeploymentOptions,
): Promise<boolean> {
  const [data, service] = [await account.stacks.find(dataStack), await account.stacks.find(serviceStack)]
  const outputs = { ...data?.outputs, ...service?.outputs }
  const running = await open(outputs)
  const notBuilt: string[] = []
  for (const projection of await running.unlisted()) {
    if (!replay) notBuilt.push(projection)
    else if (!(await running.build(projection))) notBuilt.push(projection)
    else
      tell(
        `The new version of ${projection} is built. Queries read it after: npm run ops -- replay switch ${projection} --stage ${stage} --aws`,
      )
  }
  for (const projection of notBuilt)
    tell(
      `The new version of ${projection} is not built: npm run ops -- replay start ${projection} --stage ${stage} --aws`,
    )
  const { done, parked } = await running.resubmit()
  if (done > 0) tell(`Parked streams that continue: ${done}`)
  if (parked > 0)
    tell(`Streams that are still parked: ${parked}. See npm run ops -- parked list --stage ${stage} --aws`)
  // The others only carry values from the data stack to the service stack.
  for (const [name, value] of Object.entries(outputs))
    if (!name.startsWith('PublishOutput')) tell(`${name} = ${value}`)
  if (!smoke) return true
  const failure = await running.smoke()
  if (failure === undefined) {
    tell(`The stage ${stage} is deployed and works.`)
    return true
  }
  tell(
    `The stage ${stage} is deployed, and does not work: "${failure.step}" failed. Look at ${failure.look}.`,
  )
  tell(`The last version that worked can be deployed again from its checkout: ${command}`)
  return false
}

function stopped({ tell }: DeploymentPorts): false {
  tell('Nothing was changed. Do what is written behind STOP, then deploy again.')
  return false
}

/** Tells why a stack failed, and what the next deployment does about it. */
async function failed(
  { account, tell }: DeploymentPorts,
  { name }: CheckedStack,
  command: string,
): Promise<false> {
  const state = await account.stacks.find(name)
  tell(`${name} was not deployed${state === undefined ? '' : ` (${state.status})`}.`)
  if (state !== undefined)
    for (const { logicalId, reason } of await account.stacks.failures(state.id))
      tell(`  ${logicalId}: ${reason}`)
  tell('Remove the cause, then repeat the same command. It continues from here:')
  tell(`  ${command}`)
  return false
}
