import { CfnOutput, type Stack } from 'aws-cdk-lib'
import { addHttpApi, type HttpApiParts } from './parts/http-api.ts'
import { addSignIn, type SignIn } from './parts/sign-in.ts'

export interface Api extends HttpApiParts {
  readonly signIn: SignIn
}

/** The way in: the user pool that people sign in to, and the HTTP API that accepts its tokens. */
export function addApi(stack: Stack): Api {
  // Data
  const signIn = addSignIn(stack)
  new CfnOutput(stack, 'UserPoolId', { value: signIn.userPool.userPoolId })
  new CfnOutput(stack, 'UserPoolClientId', { value: signIn.client.userPoolClientId })

  // Functions
  const parts = addHttpApi(stack, signIn)
  new CfnOutput(stack, 'ApiUrl', { value: parts.httpApi.apiEndpoint })
  return { ...parts, signIn }
}
