import { SESv2Client, type SESv2ClientConfig, SendEmailCommand } from '@aws-sdk/client-sesv2'
import { connectInTime } from '../../commands/aws/client.ts'
import { orUnavailable, within } from '../../commands/aws/sdk-call.ts'
import type { Mailer } from './mailer.ts'
import { Postponed } from './postponed.ts'

/** The errors with which SES says that it accepts mail again later (SES API v2 reference, `SendEmail`). */
const throttles = ['TooManyRequestsException', 'ThrottlingException', 'LimitExceededException']

const unavailable = orUnavailable('The mail was not accepted in time.')

function postponedOrUnavailable(error: unknown): never {
  if (error instanceof Error && throttles.includes(error.name))
    throw new Postponed(`SES accepts no more mail now: ${error.name}`, { cause: error })
  return unavailable(error)
}

/**
 * Sends mail with SES. The header `X-Annals-Event` and the tag `event` contain the id of the event. SES's own records
 * of the mail can be found by the tag. There is only one attempt, because a second attempt after a lost answer would
 * send a second mail.
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
            // MessageTag in the API reference allows letters, digits, `_` and `-`.
            EmailTags: [{ Name: 'event', Value: eventId.replaceAll(/[^\w-]/g, '_') }],
          }),
          within(deadline.left()),
        )
        .catch(postponedOrUnavailable)
    },
  }
}
