import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of Cognito that are modelled. */
export const cognitoOperations = {
  SignUp: { tool: 'AWS CLI' },
  ConfirmSignUp: { tool: 'AWS CLI' },
  ResendConfirmationCode: { tool: 'AWS CLI' },
  InitiateAuth: { tool: 'AWS CLI' },
  RespondToAuthChallenge: { tool: 'AWS CLI' },
  AdminGetUser: { tool: 'AWS CLI' },
  AdminDeleteUser: { tool: 'AWS CLI' },
} satisfies OperationTable
