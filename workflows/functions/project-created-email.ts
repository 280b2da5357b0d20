import { projectCreated } from '../project/project-created-mail.ts'
import { mailReactionFunction } from '../reactions/mail-reaction.ts'

export const handler = mailReactionFunction(projectCreated)
