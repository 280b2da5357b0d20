import type { EventStore } from '../../domain/kernel/event-store.ts'
import { createLoggingDynamoClient } from '../aws/dynamo-throttling.ts'
import { environment } from '../aws/environment.ts'
import { systemClock } from '../aws/system-clock.ts'
import { createDynamoCommitTable } from '../event-store/dynamo-commit-table.ts'
import { createEventStore } from '../event-store/event-store.ts'

/** The event store in the table that the function's environment names. It cannot take reservations. */
export function eventStoreFromEnvironment(client = createLoggingDynamoClient()): EventStore {
  return createEventStore(createDynamoCommitTable(client, environment('EVENT_STORE_TABLE')), systemClock)
}

/** Like `eventStoreFromEnvironment`, but with the table of reservations. */
export function reservingEventStoreFromEnvironment(
  client: ReturnType<typeof createLoggingDynamoClient>,
): EventStore {
  const commits = createDynamoCommitTable(
    client,
    environment('EVENT_STORE_TABLE'),
    environment('RESERVATION_TABLE'),
  )
  return createEventStore(commits, systemClock)
}
