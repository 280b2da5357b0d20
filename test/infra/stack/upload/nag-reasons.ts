import { failureQueues, type NagAcknowledgement, synchronous } from '../nag-reason.ts'

const untracedRuns = {
  resources: ['UploadPipeline'],
  reason: 'The functions of the steps are traced, if the stage traces requests. The run between them is not.',
}

export const uploadAcknowledgements: readonly NagAcknowledgement[] = [
  ...synchronous('UploadApi', 'UploadSteps', 'UploadPictures'),
  ...failureQueues('UploadPipelineFailures'),
  {
    rule: 'AwsSolutions-SF1',
    resources: ['UploadPipeline'],
    reason: 'Each step logs its own outcome. A run itself writes no log.',
  },
  { rule: 'AwsSolutions-SF2', ...untracedRuns },
  { rule: 'Serverless-StepFunctionStateMachineXray', ...untracedRuns },
  {
    rule: 'AwsSolutions-S1',
    resources: ['Files'],
    reason:
      'Every file is sent and read by a form or link that an API function signed for one person, and the log of that function names the person. A log of the bucket needs a second bucket.',
  },
]
