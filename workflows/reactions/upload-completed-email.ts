import { mailReactionHandler } from './mail-reaction.ts'
import { uploadCompleted } from './upload-completed.ts'

export const handler = mailReactionHandler(uploadCompleted)
