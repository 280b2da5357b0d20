import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of SES that are modelled. */
export const sesOperations = {
  SendEmail: { tool: 'AWS CLI' },
} satisfies OperationTable
