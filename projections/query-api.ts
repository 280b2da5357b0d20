import { createDynamoClient } from '../commands/event-store/dynamo-client.ts'
import { createDynamoCommitTable } from '../commands/event-store/dynamo-commit-table.ts'
import { environment } from '../commands/event-store/environment.ts'
import { createEventStore } from '../commands/event-store/event-store.ts'
import { systemClock as clock } from '../commands/event-store/system-clock.ts'
import { apiHandler } from '../commands/http/api.ts'
import { createLambdaRegistration } from '../commands/http/lambda-registration.ts'
import { createDynamoGenerationLists } from './engine/dynamo-generation-lists.ts'
import { createDynamoRowStore } from './engine/dynamo-row-store.ts'
import { queryHandler } from './handle-query.ts'
import { createS3FileLinks } from './uploads/s3-file-links.ts'

const client = createDynamoClient()
const readModel = environment('READ_MODEL_TABLE')

export const handler = apiHandler(
  queryHandler({
    store: createEventStore(createDynamoCommitTable(client, environment('EVENT_STORE_TABLE')), clock),
    rows: createDynamoRowStore(client, readModel, clock),
    lists: createDynamoGenerationLists(client, readModel, clock),
    links: createS3FileLinks(environment('FILES_BUCKET'), {
      ...client.config,
      // The SDK's own variables: set where the AWS services are somewhere else than at AWS.
      endpoint: process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'],
    }),
    register: createLambdaRegistration(environment('REGISTRATION_FUNCTION'), environment('USER_POOL_ID')),
    clock,
  }),
)
