import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of Secrets Manager that are modelled. */
export const secretsManagerOperations = {
  GetSecretValue: {},
  PutSecretValue: { tool: 'AWS CLI' },
  ListSecrets: { tool: 'AWS CLI' },
} satisfies OperationTable
