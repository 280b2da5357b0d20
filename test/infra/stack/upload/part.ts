import { addUpload } from '../../../../infra/stack/upload.ts'
import type { OptionalPart } from '../optional-part.ts'

export const uploadPart: OptionalPart = {
  name: 'upload',
  add: ({ stack, bundles, api, writeSide, readSide }) =>
    addUpload(stack, { bundles, pipelineType: 'EXPRESS', api, writeSide, readSide }),
  marks: [
    'FILES_BUCKET',
    's3:',
    'AWS::S3',
    'states',
    'UploadApi',
    'UploadSteps',
    'ExpireUploads',
    'incoming/',
  ],
}
