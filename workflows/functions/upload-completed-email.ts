import { mailReactionFunction } from '../reactions/mail-reaction.ts'
import { uploadCompleted } from '../upload/upload-completed-mail.ts'

export const handler = mailReactionFunction(uploadCompleted)
