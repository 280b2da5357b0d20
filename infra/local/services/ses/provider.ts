import type { CloudContext, ServiceProvider } from '../../cloud/provider.ts'
import { type Mailbox, mailPage, openMailbox } from './mailbox.ts'
import { sesOperations } from './operations.ts'
import { type MailService, openMailService } from './service.ts'

const identityType = 'AWS::SES::EmailIdentity'

/** The identities that a role may send for. They are outside the stacks, and the local cloud has them verified. */
function identitiesInPolicies(context: CloudContext): readonly string[] {
  const policies = context.resourcesOf('AWS::IAM::Policy').map(({ properties }) => JSON.stringify(properties))
  const named = policies.flatMap((policy) => [
    ...policy.matchAll(/"arn:aws:ses:[^":]*:\d*:identity\/([^"*]+)"/g),
  ])
  return [...new Set(named.map(([, identity = '']) => identity))]
}

export const ses: ServiceProvider<{ readonly mailbox: Mailbox; readonly refuse: MailService['refuse'] }> = {
  service: 'SES',
  resources: {
    [identityType]: {
      modelled:
        'An address or a domain, verified because a template declares it or a role may send for it. Mail stays on this machine.',
      names: ({ properties: { EmailIdentity } }) => ({ Ref: String(EmailIdentity) }),
    },
  },
  operations: sesOperations,
  open(context) {
    const mailbox = openMailbox(context.options.dataDir)
    const identities = [
      ...context.resourcesOf(identityType).map(({ logicalId }) => context.nameOf(logicalId)),
      ...identitiesInPolicies(context),
    ]
    const { service, refuse } = openMailService({ region: context.stack.region, identities, mailbox })
    context.serve(service)
    context.servePage((url) => mailPage(mailbox, url))
    return { mailbox, refuse }
  },
}
