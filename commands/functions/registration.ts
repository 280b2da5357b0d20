import { Logger } from '@aws-lambda-powertools/logger'
import { createDynamoClient } from '../aws/dynamo-client.ts'
import { environment } from '../aws/environment.ts'
import { systemClock as clock } from '../aws/system-clock.ts'
import { createDynamoCommitTable } from '../event-store/dynamo-commit-table.ts'
import { createEventStore } from '../event-store/event-store.ts'
import { createCognitoDirectory } from '../registration/cognito-directory.ts'
import { registrationHandler } from '../registration/registration-handler.ts'

const commits = createDynamoCommitTable(
  createDynamoClient(),
  environment('EVENT_STORE_TABLE'),
  environment('RESERVATION_TABLE'),
)

export const handler = registrationHandler({
  store: createEventStore(commits, clock),
  directory: createCognitoDirectory(),
  clock,
  logger: new Logger(),
})
