import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of Cognito that are modelled. */
export const cognitoOperations = {
  SignUp: {
    caller: 'people of the demo and the tests, and anyone with curl',
    file: 'test/kit/people/person.ts',
    call: 'new SignUpCommand(',
  },
  ConfirmSignUp: {
    caller: 'people of the demo and the tests, and anyone with curl',
    file: 'test/kit/people/person.ts',
    call: 'new ConfirmSignUpCommand(',
  },
  ResendConfirmationCode: {
    caller: 'people whose code has expired, in the tests',
    file: 'test/kit/local-cloud/user-pool.ts',
    call: 'new ResendConfirmationCodeCommand(',
  },
  InitiateAuth: {
    caller: 'people of the demo and the tests, and anyone with curl',
    file: 'test/kit/people/person.ts',
    call: 'new InitiateAuthCommand(',
  },
  RespondToAuthChallenge: {
    caller: 'clients that sign in by SRP, such as amazon-cognito-identity-js',
    file: 'test/kit/local-cloud/user-pool.ts',
    call: 'new RespondToAuthChallengeCommand(',
  },
  AdminGetUser: {
    caller: 'the command API, to register a user on first use',
    file: 'commands/registration/cognito-directory.ts',
    call: 'new AdminGetUserCommand(',
  },
  AdminDeleteUser: {
    caller: 'the reaction that deletes the sign-in of a deleted account',
    file: 'workflows/user/cognito-sign-ins.ts',
    call: 'new AdminDeleteUserCommand(',
  },
} satisfies OperationTable
