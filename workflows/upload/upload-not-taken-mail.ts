import * as z from 'zod/mini'
import type { MailPorts, Message } from '../reactions/mailer.ts'
import type { Reaction } from '../reactions/reaction.ts'
import { mailAboutUpload } from './upload-mail.ts'

const data = z.object({ uploadId: z.string().check(z.minLength(1)), reason: z.string() })

/** Tells who asked for an upload that the file is not in its project, and why. */
export function uploadNotTaken(ports: MailPorts): Reaction<z.infer<typeof data>> {
  return {
    name: 'upload-not-taken-email',
    type: ['UploadRejected', 'UploadFailed'],
    schema: 1,
    data,
    react(event, deadline) {
      const { reason } = event.data
      const next = event.type === 'UploadRejected' ? afterRejection : afterFailure
      return mailAboutUpload(
        event,
        (about) => uploadNotTakenMessage({ ...about, reason, next }),
        ports,
        deadline,
      )
    },
  }
}

const afterRejection = 'Put that right, and upload the file again.'
const afterFailure = 'Most likely that is not because of the file: upload it again.'

export function uploadNotTakenMessage(about: {
  readonly name: string
  readonly fileName: string
  readonly reason: string
  /** What to do. */
  readonly next: string
}): Message {
  const { name, fileName, reason, next } = about
  return {
    subject: `Your file "${fileName}" was not taken`,
    text: `Hello ${name},

your file "${fileName}" was not added to its project. ${reason}

${next}
`,
  }
}
