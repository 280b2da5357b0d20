import { createDynamoClient } from '../aws/dynamo-client.ts'
import { environment } from '../aws/environment.ts'
import { systemClock as clock } from '../aws/system-clock.ts'
import { commands, type contract } from '../contract.ts'
import { createDynamoCommitTable } from '../event-store/dynamo-commit-table.ts'
import { createDynamoReservations } from '../event-store/dynamo-reservations.ts'
import { createEventStore } from '../event-store/event-store.ts'
import { apiHandler } from '../http/api.ts'
import { commandHandler } from '../http/handle-command.ts'
import type { HandlersOf } from '../http/handler-types.ts'
import { createLambdaRegistration } from '../registration/lambda-registration.ts'
import { uploadFormHandlers } from '../upload/handlers.ts'
import { createS3UploadForms } from '../upload/s3-upload-forms.ts'
import { accountStatusFrom } from '../user/account-status.ts'

const client = createDynamoClient()
const reservationTable = environment('RESERVATION_TABLE')
const commits = createDynamoCommitTable(client, environment('EVENT_STORE_TABLE'), reservationTable)
const store = createEventStore(commits, clock)
const handlers: HandlersOf<typeof contract, 'upload-api'> = uploadFormHandlers(
  createS3UploadForms(environment('FILES_BUCKET')),
)

/** The command API of the commands whose answer is a form. Only this function loads the client of S3. */
export const handler = apiHandler(
  commandHandler({
    commands,
    handlers,
    accountStatusOf: accountStatusFrom(store),
    store,
    reservations: createDynamoReservations(client, reservationTable),
    register: createLambdaRegistration(environment('REGISTRATION_FUNCTION'), environment('USER_POOL_ID')),
    clock,
  }),
)
