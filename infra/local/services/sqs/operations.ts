import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of SQS that are modelled. */
export const sqsOperations = {
  ListQueues: { tool: 'AWS CLI' },
  GetQueueUrl: { tool: 'AWS CLI' },
  SendMessage: {},
  ReceiveMessage: { tool: 'AWS CLI' },
  DeleteMessage: { tool: 'AWS CLI' },
  ChangeMessageVisibility: {},
  GetQueueAttributes: { tool: 'AWS CLI' },
} satisfies OperationTable
