import { Logger } from '@aws-lambda-powertools/logger'
import { createDynamoClient } from '../../commands/aws/dynamo-client.ts'
import { environment } from '../../commands/aws/environment.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { createDynamoCommitTable } from '../../commands/event-store/dynamo-commit-table.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { createDynamoDone } from '../reactions/dynamo-handled-events.ts'
import { reactionHandler } from '../reactions/reaction.ts'
import { subscriptionEnd } from '../subscription/subscription-end.ts'

const commits = createDynamoCommitTable(createDynamoClient(), environment('EVENT_STORE_TABLE'))
const reaction = subscriptionEnd({ store: createEventStore(commits, clock), clock })

export const handler = reactionHandler(reaction, {
  done: createDynamoDone(environment('IDEMPOTENCY_TABLE')),
  clock,
  logger: new Logger(),
})
