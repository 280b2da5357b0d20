import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { Stage } from '../../../stages/read-stage.ts'
import { alarmOnFailures, retryThenKeep } from '../failure-queue.ts'
import { addFunction, allow } from '../lambda-function.ts'
import { addSchedule } from '../schedule.ts'
import { allowToRemove } from './file-bucket.ts'

export interface UploadExpiryOptions {
  readonly bundles: string
  readonly stage: Stage
  readonly eventStore: TableV2
  readonly readModel: TableV2
  readonly files: Bucket
  /** Runs that failed in every try. */
  readonly failures: Queue
}

/** Ends the uploads that nobody finishes, every five minutes. */
export function addUploadExpiry(
  scope: Construct,
  { bundles, stage, eventStore, readModel, files, failures }: UploadExpiryOptions,
): void {
  alarmOnFailures(
    scope,
    failures,
    'Uploads could not be ended in three tries. The log of ExpireUploads says which; the next run tries again.',
  )
  const expireUploads = addFunction(scope, 'ExpireUploads', {
    name: 'expire-uploads',
    bundles,
    stage,
    memoryMb: 512,
    timeoutSeconds: 240,
    environment: {
      EVENT_STORE_TABLE: eventStore.tableName,
      READ_MODEL_TABLE: readModel.tableName,
      FILES_BUCKET: files.bucketName,
    },
  })
  allow(expireUploads, eventStore.tableArn, ['Query', 'PutItem'])
  // The list of generations, and the open uploads.
  allow(expireUploads, readModel.tableArn, ['BatchGetItem', 'Query'])
  allowToRemove(expireUploads, files, ['incoming/*', 'files/*'])
  retryThenKeep(expireUploads, failures)
  addSchedule(scope, 'ExpireUploadsOften', {
    function: expireUploads,
    expression: 'cron(0/5 * * * ? *)',
    failures,
    description: 'Ends the uploads that nobody finishes',
  })
}
