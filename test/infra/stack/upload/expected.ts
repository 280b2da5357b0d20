import type { ExpectedReaction } from '../expected.ts'

export const uploadReactions: readonly ExpectedReaction[] = [
  ['UploadCompletedEmail', ['UploadCompleted']],
  ['UploadNotTakenEmail', ['UploadRejected', 'UploadFailed']],
]

/** Types of resources that only uploads bring into the stack. */
export const uploadTypes = [
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::StepFunctions::StateMachine',
] as const
