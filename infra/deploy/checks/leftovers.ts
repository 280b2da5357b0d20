import type { Account } from '../account/account.ts'
import type { Leftover } from '../account/leftovers.ts'
import type { StackResource } from '../account/stacks.ts'
import type { DeployPlan } from '../plan.ts'
import { type Finding, stop, warning } from './finding.ts'

/** The resources of earlier stacks of this name that were kept when those were deleted, and that still exist. */
export async function leftoversOf(
  { stacks, leftovers }: Pick<Account, 'stacks' | 'leftovers'>,
  name: string,
): Promise<readonly Leftover[]> {
  const found: Leftover[] = []
  for (const id of await stacks.deleted(name))
    for (const resource of await stacks.resources(id)) {
      if (resource.status !== 'DELETE_SKIPPED') continue
      const left = await leftovers.look(resource)
      if (left !== undefined) found.push(left)
    }
  return found
}

/** A resource as people know it. */
export function nameOf({ type, physicalId }: Pick<StackResource, 'type' | 'physicalId'>): string {
  return `${kinds[type]?.noun ?? type} ${physicalId}`
}

interface Kind {
  readonly noun: string
  /** The commands that remove one. */
  readonly remove: (id: string) => readonly string[]
}

const table: Kind = {
  noun: 'table',
  remove: (id) => [
    `aws dynamodb update-table --table-name ${id} --no-deletion-protection-enabled`,
    `aws dynamodb delete-table --table-name ${id}`,
  ],
}

const kinds: Readonly<Record<string, Kind>> = {
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::DynamoDB::Table': table,
  'AWS::Cognito::UserPool': {
    noun: 'user pool',
    remove: (id) => [
      `aws cognito-idp update-user-pool --user-pool-id ${id} --deletion-protection INACTIVE`,
      `aws cognito-idp delete-user-pool --user-pool-id ${id}`,
    ],
  },
  'AWS::S3::Bucket': {
    noun: 'bucket',
    remove: (id) => [
      `empty the bucket ${id} in the S3 console, all versions included`,
      `aws s3 rb s3://${id}`,
    ],
  },
  'AWS::SQS::Queue': { noun: 'queue', remove: (id) => [`aws sqs delete-queue --queue-url ${id}`] },
}

/** The commands that remove a resource permanently. */
export function removalOf({
  type,
  physicalId,
}: Pick<StackResource, 'type' | 'physicalId'>): readonly string[] {
  return kinds[type]?.remove(physicalId) ?? []
}

/**
 * Judges what earlier stacks left behind. A new stack gets new tables, so data in old ones would be missing: that stops
 * the deployment until the operator decides. Empty resources are only named.
 */
export function judgeLeftovers(
  found: readonly Leftover[],
  { dataStack }: DeployPlan,
  command: string,
): readonly Finding[] {
  const full = found.filter(({ isEmpty }) => !isEmpty)
  const empty = found.filter(({ isEmpty }) => isEmpty)
  const findings: Finding[] = []
  if (full.length > 0)
    findings.push(
      stop(
        `An earlier ${dataStack} was deleted, and its data was kept: ${full.map(nameOf).join(', ')}. A new stack would start empty. Decide:`,
        `to use this data again:  ${command} --adopt`,
        `to start empty, and keep it apart:  ${command} --leave`,
        'to remove it permanently:',
        ...full.flatMap(removalOf),
      ),
    )
  if (empty.length > 0)
    findings.push(
      warning(
        `An earlier ${dataStack} left empty resources behind. They do no harm. Remove them if you like:`,
        ...empty.flatMap(removalOf),
      ),
    )
  return findings
}
