import { createDynamoClient } from '../../commands/aws/dynamo-client.ts'
import { environment } from '../../commands/aws/environment.ts'
import { eventStoreFromEnvironment } from '../../commands/aws/store.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { apiHandler } from '../../commands/http/api.ts'
import { registerFromEnvironment } from '../../commands/registration/lambda-registration.ts'
import { readModelFromEnvironment } from '../aws/read-model.ts'
import { queryHandler } from '../query/handle-query.ts'
import { createS3FileLinks } from '../upload/s3-file-links.ts'

const client = createDynamoClient()

export const handler = apiHandler(
  queryHandler({
    store: eventStoreFromEnvironment(client),
    ...readModelFromEnvironment(client),
    links: createS3FileLinks(environment('FILES_BUCKET'), {
      ...client.config,
      // The SDK's own variables, which are set if the AWS services are somewhere else than at AWS.
      endpoint: process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'],
    }),
    register: registerFromEnvironment(),
    clock,
  }),
)
