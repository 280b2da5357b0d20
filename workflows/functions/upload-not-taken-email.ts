import { mailReactionFunction } from '../reactions/mail-reaction.ts'
import { uploadNotTaken } from '../upload/upload-not-taken-mail.ts'

export const handler = mailReactionFunction(uploadNotTaken)
