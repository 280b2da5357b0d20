import { mailReactionHandler } from '../reactions/mail/mail-reaction.ts'
import { uploadNotTaken } from '../reactions/mail/upload-not-taken.ts'

export const handler = mailReactionHandler(uploadNotTaken)
