import * as z from 'zod/mini'
import { startOf } from '../../domain/subscription/months.ts'
import { type MailPorts, type Message, mailTo } from '../reactions/mailer.ts'
import type { Reaction } from '../reactions/reaction.ts'
import { invoiceEmail } from './reactions.ts'

const data = z.object({
  userId: z.string().check(z.minLength(1)),
  period: z.string(),
  plan: z.string(),
  amount: z.int(),
  currency: z.string(),
})

/** Sends a person the invoice for a month by mail. */
export function invoiceIssued(ports: MailPorts): Reaction<z.infer<typeof data>> {
  return {
    row: invoiceEmail,
    data,
    react(event, deadline) {
      const { userId, ...invoice } = event.data
      const write = ({ name }: { readonly name: string }) => invoiceMessage({ name, ...invoice })
      return mailTo(userId, event, write, ports, deadline)
    },
  }
}

export function invoiceMessage(o: {
  readonly name: string
  readonly period: string
  readonly plan: string
  readonly amount: number
  readonly currency: string
}): Message {
  const month = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' })
  const period = month.format(Date.parse(startOf(o.period)))
  return {
    subject: `Your invoice for ${period}`,
    text: `Hello ${o.name},

Your ${capitalised(o.plan)} plan for ${period}: ${money(o.amount, o.currency)}.
`,
  }
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** Formats an amount in minor units, such as `USD 9.00`. */
function money(amount: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  const { maximumFractionDigits: digits = 2 } = format.resolvedOptions()
  return `${currency} ${(amount / 10 ** digits).toFixed(digits)}`
}
