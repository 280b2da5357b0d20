import { createDynamoClient } from '../aws/dynamo-client.ts'
import { environment } from '../aws/environment.ts'
import { systemClock as clock } from '../aws/system-clock.ts'
import { commands } from '../contract.ts'
import { createDynamoCommitTable } from '../event-store/dynamo-commit-table.ts'
import { createDynamoReservations } from '../event-store/dynamo-reservations.ts'
import { createEventStore } from '../event-store/event-store.ts'
import { commandHandlers } from '../handlers.ts'
import { apiHandler } from '../http/api.ts'
import { commandHandler } from '../http/handle-command.ts'
import { createLambdaRegistration } from '../registration/lambda-registration.ts'
import { accountStatusFrom } from '../user/account-status.ts'

const client = createDynamoClient()
const reservationTable = environment('RESERVATION_TABLE')
const commits = createDynamoCommitTable(client, environment('EVENT_STORE_TABLE'), reservationTable)
const store = createEventStore(commits, clock)

export const handler = apiHandler(
  commandHandler({
    commands,
    handlers: commandHandlers,
    accountStatusOf: accountStatusFrom(store),
    store,
    reservations: createDynamoReservations(client, reservationTable),
    register: createLambdaRegistration(environment('REGISTRATION_FUNCTION'), environment('USER_POOL_ID')),
    clock,
  }),
)
