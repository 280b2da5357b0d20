import * as z from 'zod/mini'
import { stateNow } from '../../commands/execution/current-state.ts'
import { project } from '../../domain/project/project.ts'
import { type MailPorts, type Message, mailTo } from '../reactions/mailer.ts'
import type { Reaction } from '../reactions/reaction.ts'
import { projectCreatedEmail } from './reactions.ts'

const id = z.string().check(z.minLength(1))
const data = z.object({ projectId: id, ownerId: id })

/** Tells the owner of a project by mail that it was created. The title comes from the project's own stream. */
export function projectCreated(ports: MailPorts): Reaction<z.infer<typeof data>> {
  return {
    row: projectCreatedEmail,
    data,
    async react(event, deadline) {
      const { projectId, ownerId } = event.data
      const { state } = await stateNow(project, projectId, ports.store, deadline)
      if (state.status === 'none') return 'no-project'
      const { title } = state
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
