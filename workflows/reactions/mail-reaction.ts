import { Logger } from '@aws-lambda-powertools/logger'
import { createDynamoClient } from '../../commands/aws/dynamo-client.ts'
import { environment } from '../../commands/aws/environment.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { createDynamoCommitTable } from '../../commands/event-store/dynamo-commit-table.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { createDynamoDone } from './dynamo-handled-events.ts'
import type { MailPorts } from './mailer.ts'
import { type Reaction, reactionHandler } from './reaction.ts'
import { createSesMailer } from './ses-mailer.ts'

/** Makes the Lambda handler of a reaction that writes a mail, with what the environment of its function names. */
export function mailReactionHandler<Data>(reactionWith: (ports: MailPorts) => Reaction<Data>) {
  const commits = createDynamoCommitTable(createDynamoClient(), environment('EVENT_STORE_TABLE'))
  const store = createEventStore(commits, clock)
  const mailer = createSesMailer(environment('MAIL_FROM'))
  return reactionHandler(reactionWith({ store, mailer, clock }), {
    done: createDynamoDone(environment('IDEMPOTENCY_TABLE')),
    clock,
    logger: new Logger(),
  })
}
