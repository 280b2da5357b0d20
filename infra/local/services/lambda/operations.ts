import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of Lambda that are modelled. */
export const lambdaOperations = {
  Invoke: {
    caller: 'both APIs, to register a user on first use',
    file: 'commands/registration/lambda-registration.ts',
    call: 'new InvokeCommand(',
  },
} satisfies OperationTable
