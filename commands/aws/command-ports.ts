import { createDynamoReservations } from '../event-store/dynamo-reservations.ts'
import type { CommandPorts } from '../http/handle-command.ts'
import { registerFromEnvironment } from '../registration/lambda-registration.ts'
import { createDynamoClient } from './dynamo-client.ts'
import { environment } from './environment.ts'
import { reservingEventStoreFromEnvironment } from './store.ts'
import { systemClock as clock } from './system-clock.ts'

/** The ports of a function that carries out commands, from its environment. */
export function commandPortsFromEnvironment(): CommandPorts {
  const client = createDynamoClient()
  return {
    store: reservingEventStoreFromEnvironment(client),
    reservations: createDynamoReservations(client, environment('RESERVATION_TABLE')),
    register: registerFromEnvironment(),
    clock,
  }
}
