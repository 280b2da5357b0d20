import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of Lambda that are modelled. */
export const lambdaOperations = {
  ListFunctions: { tool: 'AWS CLI' },
  GetFunction: { tool: 'AWS CLI' },
  GetFunctionConfiguration: { tool: 'AWS CLI' },
  ListVersionsByFunction: { tool: 'AWS CLI' },
  ListAliases: { tool: 'AWS CLI' },
  GetAlias: { tool: 'AWS CLI' },
  Invoke: { tool: 'AWS CLI' },
} satisfies OperationTable
