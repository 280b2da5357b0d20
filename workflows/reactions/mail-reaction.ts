import { environment } from '../../commands/aws/environment.ts'
import type { MailPorts } from './mailer.ts'
import type { Reaction } from './reaction.ts'
import { reactionFunction } from './reaction-function.ts'
import { createSesMailer } from './ses-mailer.ts'

/** Makes the Lambda handler of a reaction that sends mail. The ports come from the environment of its function. */
export function mailReactionFunction<Data>(reactionWith: (ports: MailPorts) => Reaction<Data>) {
  const mailer = createSesMailer(environment('MAIL_FROM'))
  return reactionFunction((ports) => reactionWith({ ...ports, mailer }))
}
