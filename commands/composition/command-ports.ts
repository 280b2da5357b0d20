import { createLoggingDynamoClient } from '../aws/dynamo-throttling.ts'
import { environment } from '../aws/environment.ts'
import { systemClock as clock } from '../aws/system-clock.ts'
import { createDynamoReservations } from '../event-store/dynamo-reservations.ts'
import type { CommandApi } from '../http/handle-command.ts'
import { registerFromEnvironment } from '../registration/lambda-registration.ts'
import { reservingEventStoreFromEnvironment } from './store.ts'

/** The ports of every function that executes commands. */
export type CommandFunctionPorts = Pick<CommandApi, 'store' | 'reservations' | 'register' | 'clock'>

/** Makes these ports from the environment of the function. */
export function commandPortsFromEnvironment(): CommandFunctionPorts {
  const client = createLoggingDynamoClient()
  return {
    store: reservingEventStoreFromEnvironment(client),
    reservations: createDynamoReservations(client, environment('RESERVATION_TABLE')),
    register: registerFromEnvironment(),
    clock,
  }
}
