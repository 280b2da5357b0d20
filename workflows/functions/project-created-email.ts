import { projectCreated } from '../project/project-created-mail.ts'
import { mailReactionHandler } from '../reactions/mail-reaction.ts'

export const handler = mailReactionHandler(projectCreated)
