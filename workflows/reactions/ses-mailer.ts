import { SESv2Client, type SESv2ClientConfig, SendEmailCommand } from '@aws-sdk/client-sesv2'
import { connectInTime } from '../../commands/aws/client.ts'
import { orUnavailable, within } from '../../commands/aws/sdk-call.ts'
import type { Mailer } from './mailer.ts'

const unavailable = orUnavailable('The mail was not accepted in time.')

/**
 * Mail by SES. The id of the event is in the header `X-Annals-Event`, and in the tag `event`, by which SES's own records
 * of the mail are found. There is one attempt only: a second one, after a lost answer, would send a second mail.
 */
export function createSesMailer(from: string, config: SESv2ClientConfig = {}): Mailer {
  const client = new SESv2Client({
    ...connectInTime,
    maxAttempts: 1,
    ...config,
  })
  const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' })
  return {
    async send({ to, subject, text, eventId }, deadline) {
      await client
        .send(
          new SendEmailCommand({
            FromEmailAddress: from,
            Destination: { ToAddresses: [to] },
            Content: {
              Simple: {
                Subject: utf8(subject),
                Body: { Text: utf8(text) },
                Headers: [{ Name: 'X-Annals-Event', Value: eventId }],
              },
            },
            // MessageTag in the API reference: letters, digits, `_` and `-`.
            EmailTags: [{ Name: 'event', Value: eventId.replaceAll(/[^\w-]/g, '_') }],
          }),
          within(deadline.left()),
        )
        .catch(unavailable)
    },
  }
}
