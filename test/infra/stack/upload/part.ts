import { addUpload, addUploadData } from '../../../../infra/stack/upload.ts'
import type { OptionalPart } from '../optional-part.ts'

export const uploadPart: OptionalPart = {
  name: 'upload',
  add: ({ data, service, stage, ...required }) =>
    addUpload(service, {
      ...required,
      stage,
      data: addUploadData(data, { stage, isProtected: true }),
    }),
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
