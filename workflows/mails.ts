import { projectCreated } from './project/project-created-mail.ts'
import { type AnyMailReaction, mail } from './reactions/mail-queue.ts'
import { invoiceIssued } from './subscription/invoice-mail.ts'
import { uploadCompleted } from './upload/upload-completed-mail.ts'
import { uploadNotTaken } from './upload/upload-not-taken-mail.ts'
import { welcome } from './user/welcome-mail.ts'

/**
 * Every mail that an event causes. One function sends them all, because the provider limits the rate of all mails
 * together.
 */
export const mails: readonly AnyMailReaction[] = [
  mail(welcome),
  mail(projectCreated),
  mail(uploadCompleted),
  mail(uploadNotTaken),
  mail(invoiceIssued),
]
