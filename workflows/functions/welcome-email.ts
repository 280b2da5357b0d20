import { mailReactionHandler } from '../reactions/mail/mail-reaction.ts'
import { welcome } from '../reactions/mail/welcome.ts'

export const handler = mailReactionHandler(welcome)
