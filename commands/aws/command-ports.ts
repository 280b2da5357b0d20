import { createDynamoReservations } from '../event-store/dynamo-reservations.ts'
import type { CommandApi } from '../http/handle-command.ts'
import { registerFromEnvironment } from '../registration/lambda-registration.ts'
import { createDynamoClient } from './dynamo-client.ts'
import { environment } from './environment.ts'
import { reservingEventStoreFromEnvironment } from './store.ts'
import { systemClock as clock } from './system-clock.ts'

/** The ports that every function that carries out commands has. */
export type CommandFunctionPorts = Pick<CommandApi, 'store' | 'reservations' | 'register' | 'clock'>

/** Makes these ports from the environment of the function. */
export function commandPortsFromEnvironment(): CommandFunctionPorts {
  const client = createDynamoClient()
  return {
    store: reservingEventStoreFromEnvironment(client),
    reservations: createDynamoReservations(client, environment('RESERVATION_TABLE')),
    register: registerFromEnvironment(),
    clock,
  }
}
