import { mailReactionHandler } from '../reactions/mail-reaction.ts'
import { invoiceIssued } from '../subscription/invoice-mail.ts'

export const handler = mailReactionHandler(invoiceIssued)
