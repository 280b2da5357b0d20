import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import {
  AwsError,
  type AwsRequest,
  type AwsResponse,
  type AwsService,
  readInput,
} from '../../gateway/aws-service.ts'
import type { Mailbox } from './mailbox.ts'
import { sesOperations } from './operations.ts'

/** The errors with which SES refuses a mail that it would accept later. */
export type MailRefusal = 'TooManyRequestsException' | 'SendingPausedException'

export interface MailService {
  readonly service: AwsService
  /** Makes SES refuse every mail, or accept mail again. */
  refuse(refuses: boolean, code?: MailRefusal): void
}

const text = z.object({ Data: z.string() })
const parts = z.strictObject({ Text: text.optional(), Html: text.optional() })
const ignored = z.array(z.unknown()).optional()
/** The modelled fields of a mail. The mailbox shows neither headers nor tags. */
const inputs = z.strictObject({
  FromEmailAddress: z.string(),
  Destination: z.strictObject({ ToAddresses: z.array(z.string()).min(1).max(50) }),
  Content: z.strictObject({
    Simple: z.strictObject({ Subject: text, Body: parts, Headers: ignored }),
  }),
  ReplyToAddresses: ignored,
  EmailTags: ignored,
})

/**
 * Opens SES (API v2) for simple mails from the identities of the template: addresses, or domains for every address in
 * them. A declared identity counts as verified. The mailbox keeps each mail, with its text part if there is one.
 */
export function openMailService(o: {
  readonly region: string
  readonly identities: readonly string[]
  readonly mailbox: Mailbox
}): MailService {
  let refusal: MailRefusal | undefined

  /**
   * Reads a mail and its identity. `Annals <no-reply@example.com>` is from that address; its identity is the address
   * or else the domain.
   */
  function read(request: AwsRequest) {
    const input = readInput(request, inputs, 'BadRequestException')
    const address = addressIn(input.FromEmailAddress)
    const identity = [address, address.slice(address.lastIndexOf('@') + 1)].find((one) =>
      o.identities.includes(one),
    )
    return { input, address, identity }
  }

  return {
    service: {
      targets: [],
      rest: {
        signedFor: 'ses',
        operationOf(method, path) {
          // The version of the client decides which of the two it sends.
          if (method === 'GET' && path === '/v2/email/identities') return 'ListEmailIdentities'
          if (method === 'POST' && path === '/v2/email/list-identities') return 'ListEmailIdentities'
          return method === 'POST' && path === '/v2/email/outbound-emails' ? 'SendEmail' : undefined
        },
      },
      operations: sesOperations,
      permissions(request) {
        if (request.operation === 'ListEmailIdentities')
          return [{ action: 'ses:ListEmailIdentities', resource: '*' }]
        const { address, identity = address } = read(request)
        const resource = `arn:aws:ses:${o.region}:000000000000:identity/${identity}`
        return [{ action: 'ses:SendEmail', resource }]
      },
      async handle(request) {
        if (request.operation === 'ListEmailIdentities') return identitiesPage(o.identities)
        const { input, address, identity } = read(request)
        if (refusal === 'TooManyRequestsException')
          throw new AwsError(refusal, 'Maximum sending rate exceeded.', 429)
        if (refusal !== undefined) throw new AwsError(refusal, 'Email sending is paused.')
        if (identity === undefined) {
          const failed = `The following identities failed the check in region ${o.region.toUpperCase()}: ${address}`
          throw new AwsError('MessageRejected', `Email address is not verified. ${failed}`)
        }
        const { Subject, Body } = input.Content.Simple
        const mail = { subject: Subject.Data, text: (Body.Text ?? Body.Html)?.Data ?? '' }
        for (const to of input.Destination.ToAddresses) o.mailbox.deliver({ to, ...mail })
        return { status: 200, body: JSON.stringify({ MessageId: randomUUID() }) }
      },
    },
    refuse(refuses, code = 'TooManyRequestsException') {
      refusal = refuses ? code : undefined
    },
  }
}

/** Every identity counts as verified. */
function identitiesPage(identities: readonly string[]): AwsResponse {
  const EmailIdentities = identities.map((IdentityName) => ({
    IdentityName,
    IdentityType: IdentityName.includes('@') ? 'EMAIL_ADDRESS' : 'DOMAIN',
    SendingEnabled: true,
    VerificationStatus: 'SUCCESS',
  }))
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ EmailIdentities }),
  }
}

/** Returns the address in `Annals <no-reply@example.com>`, or else the text itself. */
function addressIn(from: string): string {
  const start = from.lastIndexOf('<')
  return start >= 0 && from.endsWith('>') ? from.slice(start + 1, -1) : from
}
