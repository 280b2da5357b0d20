import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of Step Functions that are modelled. */
export const stepFunctionsOperations = {
  ListStateMachines: { tool: 'AWS CLI' },
  DescribeStateMachine: { tool: 'AWS CLI' },
  StartExecution: { tool: 'AWS CLI' },
  DescribeExecution: { tool: 'AWS CLI' },
  ListExecutions: { tool: 'AWS CLI' },
  GetExecutionHistory: { tool: 'AWS CLI' },
} satisfies OperationTable
