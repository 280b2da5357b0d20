import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of Lambda that are modelled. */
export const lambdaOperations = {
  Invoke: { tool: 'AWS CLI' },
} satisfies OperationTable
