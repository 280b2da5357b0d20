import * as z from 'zod/mini'
import type { MailPorts, Message } from '../reactions/mailer.ts'
import type { Reaction } from '../reactions/reaction.ts'
import { uploadCompletedEmail } from './reactions.ts'
import { mailAboutUpload } from './upload-mail.ts'

const data = z.object({ uploadId: z.string().check(z.minLength(1)) })

/** Tells the requester of an upload by mail that the file was added to its project. */
export function uploadCompleted(ports: MailPorts): Reaction<z.infer<typeof data>> {
  return {
    row: uploadCompletedEmail,
    data,
    react: (event, deadline) =>
      mailAboutUpload(event, uploadCompletedMessage, { ...ports, onlyMembers: true }, deadline),
  }
}

export function uploadCompletedMessage({
  name,
  fileName,
}: {
  readonly name: string
  readonly fileName: string
}): Message {
  return {
    subject: `Your file "${fileName}" was added to its project`,
    text: `Hello ${name},

Your file "${fileName}" was added to its project, with a thumbnail. Open the project to view or download it.
`,
  }
}
