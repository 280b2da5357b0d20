import { fieldsOf, type Properties } from '../../cloud/template.ts'
import { wildcard } from '../../iam/policy.ts'

/** A permission that an `AWS::SQS::QueuePolicy` grants a service. */
interface SendGrant {
  readonly service: string
  readonly queueUrls: readonly unknown[]
  readonly queueArns: readonly unknown[]
  readonly sources: readonly string[]
}

export interface QueuePolicies {
  /** Throws unless a policy lets the service send to the queue for this source. */
  demandSend(service: string, sourceArn: string, queue: { readonly url: string; readonly arn: string }): void
}

/**
 * Reads the resolved policies of queues, which let services send for a source or for any source. A statement that
 * denies access without TLS has no effect on one machine.
 *
 * @throws Error that names a policy with any other statement.
 */
export function readQueuePolicies(
  policies: readonly { readonly logicalId: string; readonly properties: Properties }[],
): QueuePolicies {
  const grants = policies.flatMap(({ logicalId, properties }) => {
    const statements = listOf(fieldsOf(properties['PolicyDocument'])['Statement']).map(fieldsOf)
    return statements
      .filter((statement) => !isTlsOnly(statement))
      .map((statement) => grantOf(statement, listOf(properties['Queues']), logicalId))
  })
  return {
    demandSend(service, sourceArn, { url, arn }) {
      const allowed = grants.some(
        (grant) =>
          grant.service === service &&
          grant.queueUrls.includes(url) &&
          grant.queueArns.includes(arn) &&
          grant.sources.some((source) => wildcard(source)(sourceArn)),
      )
      if (!allowed)
        throw new Error(`No AWS::SQS::QueuePolicy lets ${service} send to ${arn} for ${sourceArn}`)
    },
  }
}

/** Whether a statement only denies access without TLS. */
export function isTlsOnly({ Effect, Condition }: Properties): boolean {
  return Effect === 'Deny' && JSON.stringify(Condition) === '{"Bool":{"aws:SecureTransport":"false"}}'
}

function grantOf(statement: Properties, queueUrls: readonly unknown[], logicalId: string): SendGrant {
  const { Effect, Principal, Action, Resource, Condition } = statement
  // CDK writes one of these conditions, or none.
  const { ArnEquals, ArnLike = ArnEquals, ...others } = fieldsOf(Condition)
  const service = fieldsOf(Principal)['Service']
  const isSend = listOf(Action).length === 1 && listOf(Action).includes('sqs:SendMessage')
  if (Effect !== 'Allow' || typeof service !== 'string' || !isSend || Object.keys(others).length > 0)
    throw new Error(`${logicalId}: a statement of a queue's policy is not modelled by the local cloud`)
  const sources = ArnLike === undefined ? ['*'] : listOf(fieldsOf(ArnLike)['aws:SourceArn']).map(String)
  return { service, queueUrls, queueArns: listOf(Resource), sources }
}

/** Returns a list. A policy may contain a single value instead of a list. */
function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value]
}
