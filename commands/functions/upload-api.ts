import { createDynamoClient } from '../aws/dynamo-client.ts'
import { environment } from '../aws/environment.ts'
import { systemClock as clock } from '../aws/system-clock.ts'
import { createDynamoCommitTable } from '../event-store/dynamo-commit-table.ts'
import { createDynamoReservations } from '../event-store/dynamo-reservations.ts'
import { createEventStore } from '../event-store/event-store.ts'
import { apiHandler } from '../http/api.ts'
import { commandHandler } from '../http/handle-command.ts'
import { createLambdaRegistration } from '../registration/lambda-registration.ts'
import { createS3UploadForms } from '../upload/s3-upload-forms.ts'

const client = createDynamoClient()
const reservationTable = environment('RESERVATION_TABLE')
const commits = createDynamoCommitTable(client, environment('EVENT_STORE_TABLE'), reservationTable)

/** As the command API, for the commands whose answer is a form: only this function loads S3's client. */
export const handler = apiHandler(
  commandHandler({
    store: createEventStore(commits, clock),
    reservations: createDynamoReservations(client, reservationTable),
    register: createLambdaRegistration(environment('REGISTRATION_FUNCTION'), environment('USER_POOL_ID')),
    forms: createS3UploadForms(environment('FILES_BUCKET')),
    clock,
  }),
)
