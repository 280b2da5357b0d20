import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of SES that are modelled. */
export const sesOperations = {
  ListEmailIdentities: { tool: 'AWS CLI' },
  SendEmail: { tool: 'AWS CLI' },
} satisfies OperationTable
