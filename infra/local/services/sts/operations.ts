import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of STS that are modelled. */
export const stsOperations = {
  GetCallerIdentity: { tool: 'AWS CLI' },
} satisfies OperationTable
