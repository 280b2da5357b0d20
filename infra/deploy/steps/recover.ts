import type { Account } from '../account/account.ts'
import type { StackState } from '../account/stacks.ts'
import { nameOf } from '../checks/leftovers.ts'

export interface Patience {
  readonly pause: (ms: number) => Promise<void>
  readonly tell: (line: string) => void
}

const pauseMs = 5000
/** How often to look: for half an hour, as a table takes minutes at most. */
const looks = 360

/**
 * Deletes a stack whose first create failed, so that it can be created again. Termination protection is lifted, and the
 * deletion protection of tables that are empty. Throws an Error that says what to do if a table has data, or if the
 * deletion fails.
 */
export async function recover(account: Account, state: StackState, patience: Patience): Promise<void> {
  await liftTableProtection(account, state, patience)
  if (state.isProtected) {
    patience.tell(`Lifting the termination protection of ${state.name}`)
    await account.stacks.setProtection(state.name, false)
  }
  patience.tell(`Deleting what is left of ${state.name}`)
  await deleteStack(account, state, patience)
}

async function liftTableProtection(
  { stacks, leftovers }: Account,
  { id, name }: StackState,
  { tell }: Patience,
): Promise<void> {
  for (const resource of await stacks.resources(id)) {
    // Skipped resources no longer belong to the stack: deleting it leaves them alone.
    if (
      !/^AWS::DynamoDB::(Global)?Table$/.test(resource.type) ||
      /^DELETE_(SKIPPED|COMPLETE)$/.test(resource.status)
    )
      continue
    const found = await leftovers.look(resource)
    if (found === undefined) continue
    if (!found.isEmpty)
      throw new Error(
        `the ${nameOf(found)} of the failed stack ${name} contains data, so nothing is deleted: look at the data first, and delete the stack by hand`,
      )
    if (!found.isProtected) continue
    tell(`Lifting the deletion protection of the empty ${nameOf(found)}`)
    await leftovers.unprotectTable(found.physicalId)
  }
}

/** Deletes a stack and waits for the end. Throws an Error with the reasons of CloudFormation if that fails. */
export async function deleteStack(
  { stacks }: Pick<Account, 'stacks'>,
  { id, name }: Pick<StackState, 'id' | 'name'>,
  { pause }: Patience,
): Promise<void> {
  await stacks.delete(id)
  for (let look = 0; look < looks; look += 1) {
    const now = await stacks.find(id)
    if (now === undefined || now.status === 'DELETE_COMPLETE') return
    if (now.status === 'DELETE_FAILED') {
      const reasons = (await stacks.failures(id)).map(({ logicalId, reason }) => `${logicalId}: ${reason}`)
      throw new Error(
        [
          `the stack ${name} could not be deleted`,
          ...reasons,
          'remove the cause, then repeat this command',
        ].join('\n  '),
      )
    }
    await pause(pauseMs)
  }
  throw new Error(
    `the stack ${name} is still being deleted: aws cloudformation wait stack-delete-complete --stack-name ${name}, then repeat this command`,
  )
}
