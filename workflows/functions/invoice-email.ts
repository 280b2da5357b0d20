import { invoiceIssued } from '../reactions/mail/invoice-issued.ts'
import { mailReactionHandler } from '../reactions/mail/mail-reaction.ts'

export const handler = mailReactionHandler(invoiceIssued)
