import { createDynamoClient } from '../../commands/aws/dynamo-client.ts'
import { environment } from '../../commands/aws/environment.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { contract, queries } from '../../commands/contract.ts'
import { createDynamoCommitTable } from '../../commands/event-store/dynamo-commit-table.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { apiHandler } from '../../commands/http/api.ts'
import { openApi } from '../../commands/http/openapi.ts'
import { createLambdaRegistration } from '../../commands/registration/lambda-registration.ts'
import { createDynamoRowStore } from '../engine/dynamo-row-store.ts'
import { createDynamoGenerationLists } from '../generations/dynamo-generation-lists.ts'
import { queryHandlers } from '../queries.ts'
import { queryHandler } from '../query/handle-query.ts'
import { createS3FileLinks } from '../upload/s3-file-links.ts'
import { accounts } from '../user/accounts.ts'
import { versions } from '../versions.ts'

const client = createDynamoClient()
const readModel = environment('READ_MODEL_TABLE')

const links = createS3FileLinks(environment('FILES_BUCKET'), {
  ...client.config,
  // The SDK's own variables: set where the AWS services are somewhere else than at AWS.
  endpoint: process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'],
})

export const handler = apiHandler(
  queryHandler({
    queries,
    handlers: queryHandlers(links),
    openApi: (apiUrl) => openApi(apiUrl, contract),
    accounts,
    versions,
    store: createEventStore(createDynamoCommitTable(client, environment('EVENT_STORE_TABLE')), clock),
    rows: createDynamoRowStore(client, readModel, clock),
    lists: createDynamoGenerationLists(client, readModel, clock),
    register: createLambdaRegistration(environment('REGISTRATION_FUNCTION'), environment('USER_POOL_ID')),
    clock,
  }),
)
