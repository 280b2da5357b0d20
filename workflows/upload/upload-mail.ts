import { stateNow } from '../../commands/execution/current-state.ts'
import { projectAsRead } from '../../commands/upload/project-as-read.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
import { upload } from '../../domain/upload/upload.ts'
import { type MailPorts, type Message, mailTo } from '../reactions/mailer.ts'
import type { PublicEvent } from '../reactions/reaction.ts'

/**
 * Sends the requester of an upload a mail about one of its events. The person and the file name come from the upload's
 * own stream, not from the event. With `onlyMembers`, a person who has no access to the project gets no mail.
 */
export async function mailAboutUpload(
  event: PublicEvent<{ readonly uploadId: string }>,
  write: (about: { readonly name: string; readonly fileName: string }) => Message,
  { onlyMembers, ...ports }: MailPorts & { readonly onlyMembers: boolean },
  deadline: Deadline,
): Promise<'sent' | 'too-old' | 'no-recipient' | 'no-upload' | 'no-access'> {
  const { state } = await stateNow(upload, event.data.uploadId, ports.store, deadline)
  if (state.status === 'none') return 'no-upload'
  const { projectId, requestedBy, fileName } = state
  if (onlyMembers) {
    const { project } = await projectAsRead({ projectId, personId: requestedBy }, ports.store, deadline)
    if (project.role === undefined) return 'no-access'
  }
  return mailTo(requestedBy, event, ({ name }) => write({ name, fileName }), ports, deadline)
}
