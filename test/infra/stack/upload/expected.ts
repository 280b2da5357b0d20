import { type ExpectedFunction, type ExpectedReaction, eventStore, mail, onFirstUse } from '../expected.ts'

export const uploadReactions: readonly ExpectedReaction[] = [
  mail('UploadCompletedEmail', ['UploadCompleted']),
  mail('UploadNotTakenEmail', ['UploadRejected', 'UploadFailed']),
]

/** Types of resources that only uploads add to the stack. */
export const uploadTypes = [
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::StepFunctions::StateMachine',
] as const

export const uploadFunctions: readonly ExpectedFunction[] = [
  {
    name: 'UploadApi',
    bundle: 'upload-api',
    seconds: 15,
    environment: {
      [eventStore]: 'EventStore',
      RESERVATION_TABLE: 'Reservations',
      ...onFirstUse,
      FILES_BUCKET: 'Files',
    },
    grants: {
      'EventStore.Arn': 'dynamodb: PutItem Query',
      'Registration.Arn': 'lambda: InvokeFunction',
      'Files.Arn/incoming/*': 's3: PutObject',
    },
  },
  {
    name: 'UploadSteps',
    bundle: 'upload-steps',
    seconds: 12,
    environment: { FILES_BUCKET: 'Files', [eventStore]: 'EventStore' },
    grants: {
      'EventStore.Arn': 'dynamodb: PutItem Query',
      'Files.Arn/incoming/*': 's3: GetObject',
      'Files.Arn/files/*/original': 's3: PutObject',
      'Files.Arn if s3:prefix is incoming/*': 's3: ListBucket',
      'Files.Arn if s3:prefix is incoming/* files/*': 's3: ListBucketVersions',
      'Files.Arn/files/* Files.Arn/incoming/*': 's3: DeleteObjectVersion',
    },
  },
  {
    name: 'ExpireUploads',
    bundle: 'expire-uploads',
    seconds: 240,
    environment: { FILES_BUCKET: 'Files', [eventStore]: 'EventStore', READ_MODEL_TABLE: 'ReadModel' },
    grants: {
      'EventStore.Arn': 'dynamodb: PutItem Query',
      'ReadModel.Arn': 'dynamodb: BatchGetItem Query',
      'Files.Arn if s3:prefix is incoming/* files/*': 's3: ListBucketVersions',
      'Files.Arn/files/* Files.Arn/incoming/*': 's3: DeleteObjectVersion',
      'ExpireUploadsFailures.Arn': 'sqs: SendMessage',
    },
  },
  {
    name: 'UploadPictures',
    bundle: 'upload-pictures',
    seconds: 30,
    memory: 3008,
    environment: { FILES_BUCKET: 'Files' },
    grants: {
      'Files.Arn/incoming/*': 's3: GetObject',
      'Files.Arn if s3:prefix is incoming/*': 's3: ListBucket',
      'Files.Arn/files/*/thumbnail': 's3: PutObject',
    },
  },
]

/** Grants and variables that the query API also needs, to sign links to files. */
export const uploadInQueryApi = {
  environment: { FILES_BUCKET: 'Files' },
  grants: { 'Files.Arn/files/*': 's3: GetObject' },
}
