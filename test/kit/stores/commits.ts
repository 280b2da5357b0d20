import type { StoredEvent } from '../../../domain/kernel/event.ts'
import type { NewCommit } from '../../../domain/kernel/event-store.ts'

let made = 0

/** A commit with its own command id and any number of events. */
export function newCommit(over: Partial<NewCommit> & { count?: number; text?: string } = {}): NewCommit {
  const { count = 1, text = 'Atlas', ...rest } = over
  made += 1
  return {
    events: Array.from(
      { length: count },
      (): StoredEvent => ({ type: 'VoyageRenamed', schema: 1, data: { name: text } }),
    ),
    commandId: `command-${made}`,
    digest: 'digest',
    at: '2026-01-01T00:00:00.000Z',
    actorId: 'ann',
    correlationId: 'correlation',
    causationId: 'causation',
    ...rest,
  }
}
