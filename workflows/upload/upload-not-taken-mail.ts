import * as z from 'zod/mini'
import type { MailPorts, Message } from '../reactions/mailer.ts'
import type { Reaction } from '../reactions/reaction.ts'
import { uploadNotTakenEmail } from './reactions.ts'
import { mailAboutUpload } from './upload-mail.ts'

const data = z.object({ uploadId: z.string().check(z.minLength(1)), reason: z.string() })

/** Tells the requester of an upload by mail that the file was not added to its project, and why. */
export function uploadNotTaken(ports: MailPorts): Reaction<z.infer<typeof data>> {
  return {
    row: uploadNotTakenEmail,
    data,
    react(event, deadline) {
      const { reason } = event.data
      const next = event.type === 'UploadRejected' ? afterRejection : afterFailure
      return mailAboutUpload(
        event,
        (about) => uploadNotTakenMessage({ ...about, reason, next }),
        // A person who was removed from the project still learns the outcome for their own file, and nothing else.
        { ...ports, onlyMembers: false },
        deadline,
      )
    },
  }
}

const afterRejection = 'You can upload the file again when this reason no longer applies.'
const afterFailure = 'Your file is probably not the cause. Please upload it again.'

export function uploadNotTakenMessage(about: {
  readonly name: string
  readonly fileName: string
  readonly reason: string
  /** Advice on what to do next. */
  readonly next: string
}): Message {
  const { name, fileName, reason, next } = about
  return {
    subject: `Your file "${fileName}" was not accepted`,
    text: `Hello ${name},

Your file "${fileName}" was not added to its project. ${reason}

${next}
`,
  }
}
