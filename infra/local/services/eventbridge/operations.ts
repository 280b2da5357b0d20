import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of EventBridge that are modelled. */
export const eventBridgeOperations = {
  ListEventBuses: { tool: 'AWS CLI' },
  DescribeEventBus: { tool: 'AWS CLI' },
  ListRules: { tool: 'AWS CLI' },
  DescribeRule: { tool: 'AWS CLI' },
  ListTargetsByRule: { tool: 'AWS CLI' },
  PutEvents: { tool: 'AWS CLI' },
} satisfies OperationTable
