import { mailReactionHandler } from '../reactions/mail-reaction.ts'
import { uploadNotTaken } from '../upload/upload-not-taken-mail.ts'

export const handler = mailReactionHandler(uploadNotTaken)
