import type { StackFailure, StackState } from '../account/stacks.ts'
import { type Finding, ok, stop, warning } from './finding.ts'

/** The next action of a deployment on a stack in its present state. */
export type StackAction = 'create' | 'recover' | 'update' | 'stop'

export interface StackFinding {
  readonly action: StackAction
  readonly finding: Finding
}

/** A first create that failed. CloudFormation lets such a stack be deleted and nothing else. */
const failedCreate = ['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED']

/**
 * Judges the state of a stack (CloudFormation user guide, "Stack status codes"): to create it, to recover from a failed
 * first create, to update it, or to stop, because only a person can decide.
 */
export function judgeStack(
  name: string,
  state: StackState | undefined,
  failures: readonly StackFailure[],
  command: string,
): StackFinding {
  if (state === undefined)
    return { action: 'create', finding: ok(`${name} does not exist yet and is created`) }
  const { status } = state
  if (status === 'REVIEW_IN_PROGRESS')
    return {
      action: 'recover',
      finding: warning(
        `${name} has a change set that was never executed, and no resources. The stack is deleted and created again.`,
      ),
    }
  if (failedCreate.includes(status))
    return {
      action: 'recover',
      finding: warning(
        `The first deployment of ${name} failed (${status}). The rest of it is deleted, and ${name} is created again.`,
        ...because(failures),
      ),
    }
  if (status.endsWith('_IN_PROGRESS')) return { action: 'stop', finding: inProgress(name, status, command) }
  if (status.endsWith('_FAILED')) return { action: 'stop', finding: failed(name, status, failures, command) }
  return { action: 'update', finding: ok(`${name} is updated (${status})`) }
}

/** The waiter of the AWS command line for each operation under way. */
function inProgress(name: string, status: string, command: string): Finding {
  const waiter = status.startsWith('DELETE')
    ? 'stack-delete-complete'
    : status.startsWith('CREATE')
      ? 'stack-create-complete'
      : status.includes('ROLLBACK')
        ? 'stack-rollback-complete'
        : 'stack-update-complete'
  return stop(
    `${name} is being changed at this moment (${status}), perhaps by another deployment. Wait for it, then deploy again.`,
    `aws cloudformation wait ${waiter} --stack-name ${name}`,
    command,
  )
}

function failed(name: string, status: string, failures: readonly StackFailure[], command: string): Finding {
  const reasons = because(failures)
  if (status === 'UPDATE_ROLLBACK_FAILED') {
    const skipped = failures.map(({ logicalId }) => logicalId).join(' ')
    return stop(
      `An update of ${name} failed, and so did its rollback. Remove the cause of the failure below, then let the rollback continue.`,
      ...reasons,
      `aws cloudformation continue-update-rollback --stack-name ${name}`,
      ...(skipped === ''
        ? []
        : [`if the cause cannot be removed, leave these out of it: --resources-to-skip ${skipped}`]),
      command,
    )
  }
  if (status === 'UPDATE_FAILED')
    return stop(
      `An update of ${name} failed and was not rolled back. Roll it back, then deploy again.`,
      ...reasons,
      `aws cloudformation rollback-stack --stack-name ${name}`,
      command,
    )
  if (status === 'DELETE_FAILED')
    return stop(
      `${name} was being deleted, and that failed. Remove the cause of the failure below, then delete it again.`,
      ...reasons,
      `aws cloudformation delete-stack --stack-name ${name}`,
      command,
    )
  return stop(
    `${name} is in the state ${status}, from which no deployment can start.`,
    ...reasons,
    `aws cloudformation describe-stack-events --stack-name ${name}`,
  )
}

function because(failures: readonly StackFailure[]): string[] {
  return failures.slice(0, 5).map(({ logicalId, reason }) => `${logicalId}: ${reason}`)
}
