import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of Step Functions that are modelled. */
export const stepFunctionsOperations = {
  StartExecution: {
    caller: 'an operator who runs a state machine with the AWS CLI; here, a test does',
    file: 'test/infra/local/services/step-functions/cloud.test.ts',
    call: 'new StartExecutionCommand(',
  },
  DescribeExecution: {
    caller: 'an operator who looks into an execution; here, a test does',
    file: 'test/infra/local/services/step-functions/cloud.test.ts',
    call: 'new DescribeExecutionCommand(',
  },
  ListExecutions: {
    caller: 'an operator who looks for an execution; here, a test does',
    file: 'test/end-to-end/upload/uploads.test.ts',
    call: 'new ListExecutionsCommand(',
  },
  GetExecutionHistory: {
    caller: 'an operator who looks into an execution; here, a test does',
    file: 'test/end-to-end/upload/uploads.test.ts',
    call: 'new GetExecutionHistoryCommand(',
  },
} satisfies OperationTable
