import { Logger } from '@aws-lambda-powertools/logger'
import { createDynamoClient } from '../../commands/event-store/dynamo-client.ts'
import { createDynamoCommitTable } from '../../commands/event-store/dynamo-commit-table.ts'
import { environment } from '../../commands/event-store/environment.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { systemClock as clock } from '../../commands/event-store/system-clock.ts'
import { createDynamoDone } from './dynamo-done.ts'
import { reactionHandler } from './reaction.ts'
import { createSesMailer } from './ses-mailer.ts'
import { uploadNotTaken } from './upload-not-taken.ts'

const commits = createDynamoCommitTable(createDynamoClient(), environment('EVENT_STORE_TABLE'))
const reaction = uploadNotTaken({
  store: createEventStore(commits, clock),
  mailer: createSesMailer(environment('MAIL_FROM')),
  clock,
})

export const handler = reactionHandler(reaction, {
  done: createDynamoDone(environment('IDEMPOTENCY_TABLE')),
  clock,
  logger: new Logger(),
})
