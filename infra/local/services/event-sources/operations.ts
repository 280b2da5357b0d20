import type { OperationTable } from '../../gateway/operations.ts'

/** The operations on event source mappings that are modelled. */
export const eventSourceOperations = {
  ListEventSourceMappings: { tool: 'AWS CLI' },
  GetEventSourceMapping: { tool: 'AWS CLI' },
} satisfies OperationTable
