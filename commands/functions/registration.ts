import { Logger } from '@aws-lambda-powertools/logger'
import { createLoggingDynamoClient } from '../aws/dynamo-throttling.ts'
import { systemClock as clock } from '../aws/system-clock.ts'
import { reservingEventStoreFromEnvironment } from '../composition/store.ts'
import { createCognitoDirectory } from '../registration/cognito-directory.ts'
import { registrationHandler } from '../registration/registration-handler.ts'

export const handler = registrationHandler({
  store: reservingEventStoreFromEnvironment(createLoggingDynamoClient()),
  directory: createCognitoDirectory(),
  clock,
  logger: new Logger(),
})
