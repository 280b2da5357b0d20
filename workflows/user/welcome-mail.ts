import * as z from 'zod/mini'
import { type MailPorts, type Message, mailTo } from '../reactions/mailer.ts'
import type { Reaction } from '../reactions/reaction.ts'
import { welcomeEmail } from './reactions.ts'

const data = z.object({ userId: z.string().check(z.minLength(1)) })

/** Sends a welcome mail to a person who has registered. */
export function welcome(ports: MailPorts): Reaction<z.infer<typeof data>> {
  return {
    row: welcomeEmail,
    data,
    react: (event, deadline) => mailTo(event.data.userId, event, welcomeMessage, ports, deadline),
  }
}

export function welcomeMessage({ name }: { readonly name: string }): Message {
  return {
    subject: 'Welcome to Annals',
    text: `Hello ${name},

Your account is ready. Create your first project, and add the people you work with.
`,
  }
}
