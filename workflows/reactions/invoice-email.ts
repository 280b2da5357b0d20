import { invoiceIssued } from './invoice-issued.ts'
import { mailReactionHandler } from './mail-reaction.ts'

export const handler = mailReactionHandler(invoiceIssued)
