import * as z from 'zod/mini'
import { type MailPorts, type Message, mailTo } from '../reactions/mailer.ts'
import type { Reaction } from '../reactions/reaction.ts'
import { projectCreatedEmail } from './reactions.ts'

const data = z.object({ ownerId: z.string().check(z.minLength(1)), title: z.string() })

/** Tells the owner of a project by mail that it was created. */
export function projectCreated(ports: MailPorts): Reaction<z.infer<typeof data>> {
  return {
    row: projectCreatedEmail,
    data,
    react(event, deadline) {
      const { ownerId, title } = event.data
      return mailTo(ownerId, event, ({ name }) => projectCreatedMessage({ name, title }), ports, deadline)
    },
  }
}

export function projectCreatedMessage({
  name,
  title,
}: {
  readonly name: string
  readonly title: string
}): Message {
  return {
    subject: `Your project "${title}" is ready`,
    text: `Hello ${name},

Your project "${title}" was created. Add the people who work on it with you.
`,
  }
}
