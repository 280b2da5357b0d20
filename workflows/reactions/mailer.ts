import type { Clock } from '../../domain/kernel/clock.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { personNow } from '../user/person.ts'
import { newsDays, type PublicEvent } from './reaction.ts'

export interface Message {
  readonly subject: string
  readonly text: string
}

export interface Mail extends Message {
  readonly to: string
  /** Id of the event that the mail is about. A repeat of the mail has the same id. */
  readonly eventId: string
}

/** The port to the service that delivers mail. */
export interface Mailer {
  /**
   * Sends a mail. Throws `Postponed` if the service accepts no more for a while. Throws another error if it refused the
   * mail or did not confirm that it accepted it.
   */
  send(mail: Mail, deadline: Deadline): Promise<void>
}

export interface MailPorts {
  readonly store: EventStore
  readonly mailer: Mailer
  readonly clock: Clock
}

/**
 * Sends a person a mail about an event. The address comes from the person's own stream, never from the event. A person
 * who is unknown or has deleted their account therefore gets no mail.
 */
export async function mailTo(
  userId: string,
  event: PublicEvent<unknown>,
  write: (person: { readonly name: string }) => Message,
  { store, mailer, clock }: MailPorts,
  deadline: Deadline,
): Promise<'sent' | 'too-old' | 'no-recipient'> {
  if (clock.now() - Date.parse(event.at) > newsDays * 24 * 60 * 60 * 1000) return 'too-old'
  const person = await personNow(store, userId, deadline)
  if (person.status !== 'registered') return 'no-recipient'
  await mailer.send({ to: person.email, eventId: event.id, ...write(person) }, deadline)
  return 'sent'
}
