import { mailReactionFunction } from '../reactions/mail-reaction.ts'
import { welcome } from '../user/welcome-mail.ts'

export const handler = mailReactionFunction(welcome)
