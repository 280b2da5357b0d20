import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of SQS that are modelled. */
export const sqsOperations = {
  ReceiveMessage: {
    caller: 'an operator who reads a dead-letter queue with the AWS CLI; here, a test does',
    file: 'test/infra/local/services/sqs/queues.test.ts',
    call: 'new ReceiveMessageCommand(',
  },
  DeleteMessage: {
    caller: 'an operator who has dealt with a dead letter; here, a test does',
    file: 'test/infra/local/services/sqs/queues.test.ts',
    call: 'new DeleteMessageCommand(',
  },
  GetQueueAttributes: {
    caller: 'an operator who counts dead letters; here, a test does',
    file: 'test/end-to-end/reactions.test.ts',
    call: 'new GetQueueAttributesCommand(',
  },
} satisfies OperationTable
