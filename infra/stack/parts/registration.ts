import { type UserPool, UserPoolOperation } from 'aws-cdk-lib/aws-cognito'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { Stage } from '../../stages/read-stage.ts'
import { addFunction, allow, allowInvoke } from './lambda-function.ts'
import type { SignIn } from './sign-in.ts'

export interface RegistrationOptions {
  readonly bundles: string
  readonly stage: Stage
  readonly eventStore: TableV2
  readonly reservations: TableV2
  readonly signIn: SignIn
}

/** The function that registers people, and their pool. */
export interface Registration {
  readonly function: LambdaFunction
  readonly userPool: UserPool
}

/**
 * Adds the function that registers people: the pool's trigger, which the APIs invoke if the trigger did not run. It also
 * refuses addresses at sign-up that it could not register later.
 */
export function addRegistration(scope: Construct, o: RegistrationOptions): Registration {
  const { userPool } = o.signIn
  const registration = addFunction(scope, 'Registration', {
    name: 'registration',
    bundles: o.bundles,
    stage: o.stage,
    memoryMb: 512,
    timeoutSeconds: 10,
    environment: {
      EVENT_STORE_TABLE: o.eventStore.tableName,
      RESERVATION_TABLE: o.reservations.tableName,
    },
  })
  allow(registration, o.eventStore.tableArn, ['Query', 'PutItem'])
  allow(registration, o.reservations.tableArn, ['PutItem'])
  userPool.addTrigger(UserPoolOperation.PRE_SIGN_UP, registration)
  userPool.addTrigger(UserPoolOperation.POST_CONFIRMATION, registration)
  // A policy of its own, to avoid a circle: the function depends on its role's default policy, and the pool, which this
  // policy names, depends on the function.
  const lookUp = new Policy(scope, 'LookUpPeople', {
    statements: [
      new PolicyStatement({ actions: ['cognito-idp:AdminGetUser'], resources: [userPool.userPoolArn] }),
    ],
  })
  registration.role?.attachInlinePolicy(lookUp)
  return { function: registration, userPool }
}

/** Lets a function register people at their first use. */
export function letRegister(
  target: LambdaFunction,
  { function: registration, userPool }: Registration,
): void {
  target.addEnvironment('REGISTRATION_FUNCTION', registration.functionName)
  target.addEnvironment('USER_POOL_ID', userPool.userPoolId)
  allowInvoke(target, registration)
}
