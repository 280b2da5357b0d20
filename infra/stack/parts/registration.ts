import { UserPoolOperation } from 'aws-cdk-lib/aws-cognito'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { addFunction, allow } from './lambda-function.ts'
import type { SignIn } from './sign-in.ts'

export interface RegistrationOptions {
  readonly bundles: string
  readonly eventStore: TableV2
  readonly reservations: TableV2
  readonly signIn: SignIn
}

/** The function that registers people: the pool's trigger, and what the APIs invoke where that has not run. */
export function addRegistration(scope: Construct, o: RegistrationOptions): LambdaFunction {
  const registration = addFunction(scope, 'Registration', {
    name: 'registration',
    bundles: o.bundles,
    memoryMb: 512,
    timeoutSeconds: 10,
    environment: {
      EVENT_STORE_TABLE: o.eventStore.tableName,
      RESERVATION_TABLE: o.reservations.tableName,
    },
  })
  allow(registration, o.eventStore.tableArn, ['Query', 'PutItem'])
  allow(registration, o.reservations.tableArn, ['PutItem'])
  o.signIn.userPool.addTrigger(UserPoolOperation.POST_CONFIRMATION, registration)
  // A policy of its own: the function waits for that of its role, and the pool, which is named here, for the function.
  const lookUp = new Policy(scope, 'LookUpPeople', {
    statements: [
      new PolicyStatement({
        actions: ['cognito-idp:AdminGetUser'],
        resources: [o.signIn.userPool.userPoolArn],
      }),
    ],
  })
  registration.role?.attachInlinePolicy(lookUp)
  return registration
}
