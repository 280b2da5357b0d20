import { environment } from '../aws/environment.ts'
import { createMeasure } from '../aws/measure.ts'
import { commandPortsFromEnvironment } from '../composition/command-ports.ts'
import { commands, type contract } from '../contract.ts'
import { apiHandler } from '../http/api.ts'
import { commandHandler } from '../http/handle-command.ts'
import type { HandlersOf } from '../http/handler-types.ts'
import { uploadFormHandlers } from '../upload/handlers.ts'
import { createS3UploadForms } from '../upload/s3-upload-forms.ts'
import { accountStatusFrom } from '../user/account-status.ts'

const ports = commandPortsFromEnvironment()
const handlers: HandlersOf<typeof contract, 'upload-api'> = uploadFormHandlers(
  createS3UploadForms(environment('FILES_BUCKET')),
)

/** The API of the commands whose answer is an upload form. Only this function loads the client of S3. */
export const handler = apiHandler(
  commandHandler({
    ...ports,
    commands,
    handlers,
    accountStatusOf: accountStatusFrom(ports.store),
    measure: createMeasure(),
  }),
)
