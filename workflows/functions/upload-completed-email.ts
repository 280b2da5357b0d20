import { mailReactionHandler } from '../reactions/mail/mail-reaction.ts'
import { uploadCompleted } from '../reactions/mail/upload-completed.ts'

export const handler = mailReactionHandler(uploadCompleted)
