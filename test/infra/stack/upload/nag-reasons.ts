import { asynchronous, failureQueues, type NagAcknowledgement, synchronous } from '../nag-reason.ts'

export const uploadAcknowledgements: readonly NagAcknowledgement[] = [
  ...synchronous('UploadApi', 'UploadSteps', 'UploadPictures'),
  ...asynchronous('UploadCompletedEmail', 'UploadNotTakenEmail', 'ExpireUploads'),
  ...failureQueues(
    'UploadCompletedEmailFailures',
    'UploadNotTakenEmailFailures',
    'UploadPipelineFailures',
    'ExpireUploadsFailures',
  ),
  {
    rule: 'AwsSolutions-S1',
    resources: ['Files'],
    reason:
      'Every file is sent and read by a form or link that an API function signed for one person, and the log of that function names the person. A log of the bucket needs a second bucket.',
  },
]
