import { CfnOutput, type Stack } from 'aws-cdk-lib'
import { addHttpApi, type HttpApiParts } from './parts/http-api.ts'
import { addSignIn, type SignIn } from './parts/sign-in.ts'
import type { Stored } from './parts/stored.ts'

export interface Api extends HttpApiParts {
  readonly signIn: SignIn
}

/**
 * The entry to the system: the user pool that people sign in to, and the HTTP API, whose address clients keep. Its routes and
 * their functions are in the service stack.
 */
export function addApiData(data: Stack, stored: Stored): Api {
  const signIn = addSignIn(data, stored)
  new CfnOutput(data, 'UserPoolId', { value: signIn.userPool.userPoolId })
  new CfnOutput(data, 'UserPoolClientId', { value: signIn.client.userPoolClientId })
  const parts = addHttpApi(data, stored.stage, signIn)
  new CfnOutput(data, 'ApiUrl', { value: parts.httpApi.apiEndpoint })
  return { ...parts, signIn }
}
