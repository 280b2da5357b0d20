import { Logger } from '@aws-lambda-powertools/logger'
import { createCognitoDirectory } from './cognito-directory.ts'
import { createDynamoClient } from './event-store/dynamo-client.ts'
import { createDynamoCommitTable } from './event-store/dynamo-commit-table.ts'
import { environment } from './event-store/environment.ts'
import { createEventStore } from './event-store/event-store.ts'
import { systemClock as clock } from './event-store/system-clock.ts'
import { registrationHandler } from './registration-handler.ts'

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
