import { mailReactionHandler } from './mail-reaction.ts'
import { projectCreated } from './project-created.ts'

export const handler = mailReactionHandler(projectCreated)
