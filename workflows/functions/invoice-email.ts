import { mailReactionFunction } from '../reactions/mail-reaction.ts'
import { invoiceIssued } from '../subscription/invoice-mail.ts'

export const handler = mailReactionFunction(invoiceIssued)
