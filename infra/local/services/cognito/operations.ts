import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of Cognito that are modelled. */
export const cognitoOperations = {
  SignUp: { tool: 'AWS CLI' },
  ConfirmSignUp: { tool: 'AWS CLI' },
  ResendConfirmationCode: { tool: 'AWS CLI' },
  InitiateAuth: { tool: 'AWS CLI' },
  RespondToAuthChallenge: { tool: 'amazon-cognito-identity-js' },
  RevokeToken: { tool: 'amazon-cognito-identity-js' },
  ForgotPassword: { tool: 'amazon-cognito-identity-js' },
  ConfirmForgotPassword: { tool: 'amazon-cognito-identity-js' },
  ChangePassword: { tool: 'amazon-cognito-identity-js' },
  GetUser: { tool: 'amazon-cognito-identity-js' },
  UpdateUserAttributes: { tool: 'amazon-cognito-identity-js' },
  GlobalSignOut: { tool: 'amazon-cognito-identity-js' },
  DeleteUser: { tool: 'amazon-cognito-identity-js' },
  ListUserPools: { tool: 'AWS CLI' },
  DescribeUserPool: { tool: 'AWS CLI' },
  ListUserPoolClients: { tool: 'AWS CLI' },
  DescribeUserPoolClient: { tool: 'AWS CLI' },
  ListGroups: { tool: 'AWS CLI' },
  ListUsers: { tool: 'AWS CLI' },
  AdminGetUser: { tool: 'AWS CLI' },
  AdminDeleteUser: { tool: 'AWS CLI' },
} satisfies OperationTable
