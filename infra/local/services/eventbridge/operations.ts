import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of EventBridge that are modelled. */
export const eventBridgeOperations = {
  PutEvents: { tool: 'AWS CLI' },
} satisfies OperationTable
