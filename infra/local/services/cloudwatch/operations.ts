import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of CloudWatch Logs that are modelled. */
export const logsOperations = {
  DescribeLogGroups: { call: 'paginateDescribeLogGroups(', tool: 'AWS CLI' },
  FilterLogEvents: { call: 'paginateFilterLogEvents(', tool: 'AWS CLI' },
} satisfies OperationTable
