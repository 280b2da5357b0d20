import { asynchronous, failureQueues, type NagAcknowledgement } from '../nag-reason.ts'

export const projectAcknowledgements: readonly NagAcknowledgement[] = [
  ...asynchronous('ProjectCreatedEmail'),
  ...failureQueues('ProjectCreatedEmailFailures'),
]
