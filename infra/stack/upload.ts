import type { Stack } from 'aws-cdk-lib'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { PipelineType } from '../build/settings.ts'
import type { Api } from './api.ts'
import { addCommandFunction } from './parts/command-function.ts'
import { addRoutes } from './parts/http-api.ts'
import { addUploadExpiry, addUploadExpiryFailures } from './parts/upload/expiry.ts'
import { addFiles, allowFiles, setFilesBucket } from './parts/upload/file-bucket.ts'
import { addUploadPipeline, addUploadPipelineFailures } from './parts/upload/pipeline.ts'
import type { ReadSide } from './read-side.ts'
import type { WriteSide } from './write-side.ts'

export interface UploadOptions {
  readonly bundles: string
  readonly pipelineType: PipelineType
  readonly api: Api
  readonly writeSide: WriteSide
  readonly readSide: ReadSide
}

interface UploadData {
  readonly files: Bucket
  /** Events of S3 that could not start the pipeline. */
  readonly unstarted: Queue
  /** Runs of the expiry that failed in every try. */
  readonly unexpired: Queue
}

/** Uploads: the bucket of files, the API that gives out forms, the pipeline, the expiry, and links to the files. */
export function addUpload(stack: Stack, options: UploadOptions): void {
  addUploadFunctions(stack, addUploadData(stack), options)
}

function addUploadData(stack: Stack): UploadData {
  return {
    files: addFiles(stack),
    unstarted: addUploadPipelineFailures(stack),
    unexpired: addUploadExpiryFailures(stack),
  }
}

function addUploadFunctions(
  stack: Stack,
  { files, unstarted, unexpired }: UploadData,
  { bundles, pipelineType, api, writeSide, readSide }: UploadOptions,
): void {
  const { eventStore } = writeSide
  const { readModel, queryApi } = readSide
  const uploadApi = addCommandFunction(stack, 'UploadApi', { ...writeSide, name: 'upload-api', bundles })
  setFilesBucket(uploadApi, files)
  // The holder of a form signed by this function acts with its permissions.
  allowFiles(uploadApi, files, 'incoming/*', ['PutObject'])
  addRoutes(api, 'upload-api', uploadApi)

  setFilesBucket(queryApi, files)
  // The query API reads no file, but the holder of a link signed by it reads with its permissions.
  allowFiles(queryApi, files, 'files/*', ['GetObject'])

  addUploadPipeline(stack, { bundles, eventStore, files, failures: unstarted, type: pipelineType })
  addUploadExpiry(stack, { bundles, eventStore, readModel, files, failures: unexpired })
}
