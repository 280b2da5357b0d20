import { environment } from '../../commands/aws/environment.ts'
import { systemClock } from '../../commands/aws/system-clock.ts'
import { mails } from '../mails.ts'
import { mailHandler } from '../reactions/mail-queue.ts'
import { createPace } from '../reactions/pace.ts'
import { queueFunction } from '../reactions/reaction-function.ts'
import { createSesMailer } from '../reactions/ses-mailer.ts'

const mailer = createSesMailer(environment('MAIL_FROM'))

export const handler = queueFunction(
  (ports, reactionPorts) =>
    mailHandler(
      mails.map((reaction) => reaction({ ...ports, mailer }, reactionPorts)),
      reactionPorts.logger,
    ),
  createPace(Number(environment('MAIL_INTERVAL_MS')), systemClock),
)
