import { Logger } from '@aws-lambda-powertools/logger'
import { createDynamoClient } from '../../../commands/aws/dynamo-client.ts'
import { systemClock as clock } from '../../../commands/aws/system-clock.ts'
import { eventStoreFromEnvironment } from '../../../commands/composition/store.ts'
import { readModelFromEnvironment } from '../../../projections/aws/read-model.ts'
import { versionOf } from '../../../projections/generations/any-generation.ts'
import { projectionVersions } from '../../../projections/generations/projection-versions.ts'
import { bookingsV1 } from '../bookings.ts'
import { createDueReminders } from '../due-reminders.ts'
import { remindBookingsHandler } from '../remind-bookings.ts'

const versions = projectionVersions([versionOf(bookingsV1)])

// #region entry
const client = createDynamoClient()
const { rows, lists } = readModelFromEnvironment(client)

export const handler = remindBookingsHandler({
  store: eventStoreFromEnvironment(client),
  dueReminders: createDueReminders(versions, rows, lists, clock),
  clock,
  logger: new Logger(),
})
// #endregion entry
