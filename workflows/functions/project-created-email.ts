import { mailReactionHandler } from '../reactions/mail/mail-reaction.ts'
import { projectCreated } from '../reactions/mail/project-created.ts'

export const handler = mailReactionHandler(projectCreated)
