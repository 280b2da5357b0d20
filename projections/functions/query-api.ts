import { createLoggingDynamoClient } from '../../commands/aws/dynamo-throttling.ts'
import { environment } from '../../commands/aws/environment.ts'
import { createMeasure } from '../../commands/aws/measure.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { eventStoreFromEnvironment } from '../../commands/composition/store.ts'
import { contract } from '../../commands/contract.ts'
import { apiHandler } from '../../commands/http/api.ts'
import { openApi } from '../../commands/http/openapi/document.ts'
import { registerFromEnvironment } from '../../commands/registration/lambda-registration.ts'
import { readModelFromEnvironment } from '../aws/read-model.ts'
import { queryHandlers } from '../queries.ts'
import { queryHandler } from '../query/handle-query.ts'
import type { QueryHandlers } from '../query/query.ts'
import { uploadQueries } from '../upload/queries.ts'
import { createS3FileLinks } from '../upload/s3-file-links.ts'
import { accounts } from '../user/accounts.ts'
import { versions } from '../versions.ts'

const client = createLoggingDynamoClient()

const links = createS3FileLinks(environment('FILES_BUCKET'), {
  ...client.config,
  // The SDK's own variables. They are set if the AWS services are not at AWS.
  endpoint: process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'],
})

// It counts the cold starts of this function.
createMeasure()

export const handler = apiHandler(
  queryHandler({
    queries: contract.queries,
    handlers: { ...queryHandlers, ...uploadQueries(links) } satisfies QueryHandlers<typeof contract.queries>,
    openApi: (apiUrl) => openApi(apiUrl, contract),
    accounts,
    versions,
    store: eventStoreFromEnvironment(client),
    ...readModelFromEnvironment(client),
    register: registerFromEnvironment(),
    clock,
  }),
)
