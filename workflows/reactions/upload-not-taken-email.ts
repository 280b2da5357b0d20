import { mailReactionHandler } from './mail-reaction.ts'
import { uploadNotTaken } from './upload-not-taken.ts'

export const handler = mailReactionHandler(uploadNotTaken)
