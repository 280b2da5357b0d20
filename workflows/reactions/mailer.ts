import type { Clock } from '../../domain/kernel/clock.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { personNow } from './person.ts'
import { newsDays, type PublicEvent } from './reaction.ts'

export interface Message {
  readonly subject: string
  readonly text: string
}

export interface Mail extends Message {
  readonly to: string
  /** Id of the event that it is about: a repetition of the mail carries the same. */
  readonly eventId: string
}

/** The port to who delivers mail. */
export interface Mailer {
  /** Hands a mail over. Throws where it was refused, or is not known to be taken. */
  send(mail: Mail, deadline: Deadline): Promise<void>
}

export interface MailPorts {
  readonly store: EventStore
  readonly mailer: Mailer
  readonly clock: Clock
}

/**
 * Writes to a person about an event. Their address comes from their own stream, never from the event, so one who
 * has deleted their account, or is unknown, gets no mail.
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
