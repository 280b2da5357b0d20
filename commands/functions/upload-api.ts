import { commandPortsFromEnvironment } from '../aws/command-ports.ts'
import { environment } from '../aws/environment.ts'
import { apiHandler } from '../http/api.ts'
import { commandHandler } from '../http/handle-command.ts'
import { createS3UploadForms } from '../upload/s3-upload-forms.ts'

/** As the command API, for the commands whose answer is a form: only this function loads S3's client. */
export const handler = apiHandler(
  commandHandler({
    ...commandPortsFromEnvironment(),
    forms: createS3UploadForms(environment('FILES_BUCKET')),
  }),
)
