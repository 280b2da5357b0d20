import type { ServiceProvider } from '../../cloud/provider.ts'
import { type Mailbox, mailPage, openMailbox } from './mailbox.ts'
import { sesOperations } from './operations.ts'
import { type MailService, openMailService } from './service.ts'

const identityType = 'AWS::SES::EmailIdentity'

export const ses: ServiceProvider<{ readonly mailbox: Mailbox; readonly refuse: MailService['refuse'] }> = {
  service: 'SES',
  resources: {
    [identityType]: {
      modelled:
        'An address or a domain, verified because the template declares it. Mail stays on this machine.',
      names: ({ properties: { EmailIdentity } }) => ({ Ref: String(EmailIdentity) }),
    },
  },
  operations: sesOperations,
  open(context) {
    const mailbox = openMailbox(context.options.dataDir)
    const identities = context.resourcesOf(identityType).map(({ logicalId }) => context.nameOf(logicalId))
    const { service, refuse } = openMailService({ region: context.stack.region, identities, mailbox })
    context.serve(service)
    context.servePage((url) => mailPage(mailbox, url))
    return { mailbox, refuse }
  },
}
