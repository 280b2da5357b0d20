import { mailReactionHandler } from './mail-reaction.ts'
import { welcome } from './welcome.ts'

export const handler = mailReactionHandler(welcome)
