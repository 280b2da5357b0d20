import type { Stack } from 'aws-cdk-lib'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Stage } from '../stages/read-stage.ts'
import type { Api } from './api.ts'
import { addCommandFunction } from './parts/command-function.ts'
import { addFailureQueue } from './parts/failure-queue.ts'
import { addRoutes } from './parts/http-api.ts'
import { letRuleSend } from './parts/rule.ts'
import type { Stored } from './parts/stored.ts'
import { addUploadExpiry } from './parts/upload/expiry.ts'
import { addFiles, allowFiles, setFilesBucket } from './parts/upload/file-bucket.ts'
import { addUploadPipeline, pipelineRule } from './parts/upload/pipeline.ts'
import type { ReadSide } from './read-side.ts'
import type { WriteSide } from './write-side.ts'

export interface UploadData {
  readonly files: Bucket
  /** Events of S3 that could not start the pipeline. */
  readonly unstarted: Queue
  /** Runs of the expiry that failed in every try. */
  readonly unexpired: Queue
}

export interface UploadOptions {
  readonly bundles: string
  readonly stage: Stage
  readonly api: Api
  readonly writeSide: WriteSide
  readonly readSide: ReadSide
  readonly data: UploadData
}

/** The bucket of files, and the queues of failed work. */
export function addUploadData(data: Stack, { stage }: Stored): UploadData {
  const unstarted = addFailureQueue(data, 'UploadPipelineFailures')
  letRuleSend(unstarted, pipelineRule(stage))
  return { files: addFiles(data), unstarted, unexpired: addFailureQueue(data, 'ExpireUploadsFailures') }
}

/** Uploads: the API that gives out forms, the pipeline, the expiry, and links to the files. */
export function addUpload(
  stack: Stack,
  { bundles, stage, api, writeSide, readSide, data }: UploadOptions,
): void {
  const { files, unstarted, unexpired } = data
  const { eventStore } = writeSide
  const { readModel, queryApi } = readSide
  const uploadApi = addCommandFunction(stack, 'UploadApi', {
    ...writeSide,
    name: 'upload-api',
    bundles,
    stage,
  })
  setFilesBucket(uploadApi, files)
  // The holder of a form signed by this function acts with its permissions.
  allowFiles(uploadApi, files, 'incoming/*', ['PutObject'])
  addRoutes(stack, api, 'upload-api', uploadApi)

  setFilesBucket(queryApi, files)
  // The query API reads no file, but the holder of a link signed by it reads with its permissions.
  allowFiles(queryApi, files, 'files/*', ['GetObject'])

  addUploadPipeline(stack, { bundles, stage, eventStore, files, failures: unstarted })
  addUploadExpiry(stack, { bundles, stage, eventStore, readModel, files, failures: unexpired })
}
