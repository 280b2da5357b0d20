import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of EventBridge Scheduler that are modelled. */
export const schedulerOperations = {
  ListSchedules: { tool: 'AWS CLI' },
  GetSchedule: { tool: 'AWS CLI' },
  ListScheduleGroups: { tool: 'AWS CLI' },
} satisfies OperationTable
