import { Duration, Stack } from 'aws-cdk-lib'
import {
  AccountRecovery,
  type CfnUserPool,
  ClientAttributes,
  FeaturePlan,
  Mfa,
  UserPool,
  type UserPoolClient,
  UserPoolGroup,
  type UserPoolProps,
} from 'aws-cdk-lib/aws-cognito'
import type { Construct } from 'constructs'
import type { StageSettings } from '../../stages/stage-settings.ts'
import { keep, type Stored } from './stored.ts'

export interface SignIn {
  readonly userPool: UserPool
  readonly client: UserPoolClient
}

/**
 * The user pool. People sign up by themselves with an email and a password. The pool survives the stack, because the
 * events contain its user ids. It is on the Lite plan: Essentials, CDK's default, costs nearly three times as much for
 * each person and month.
 */
export function addSignIn(scope: Construct, { stage, isProtected }: Stored): SignIn {
  const userPool = new UserPool(scope, 'UserPool', {
    featurePlan: FeaturePlan.LITE,
    signInAliases: { email: true },
    signInCaseSensitive: false,
    selfSignUpEnabled: true,
    autoVerify: { email: true },
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    passwordPolicy: {
      minLength: 8,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: false,
    },
    // Not required, because this cannot be changed once the pool exists.
    standardAttributes: { fullname: { required: false, mutable: true } },
    ...secondFactor(stage.settings),
    deletionProtection: isProtected,
    removalPolicy: keep,
  })
  const { from, domain = from, codes } = stage.settings.mail
  if (codes === 'SES') {
    const resource = userPool.node.defaultChild as CfnUserPool // the pool itself
    // CDK's own property would want to know the region.
    resource.emailConfiguration = {
      emailSendingAccount: 'DEVELOPER',
      from,
      sourceArn: Stack.of(userPool).formatArn({ service: 'ses', resource: 'identity', resourceName: domain }),
    }
  }
  new UserPoolGroup(userPool, 'Admin', {
    userPool,
    groupName: 'admin',
    description: 'People who may read the analytics',
  })
  const client = userPool.addClient('Client', {
    authFlows: { userSrp: true, userPassword: true },
    disableOAuth: true,
    generateSecret: false,
    preventUserExistenceErrors: true,
    // A person may not change their address in the pool, because no event would say so. Sign-up takes it from the username.
    writeAttributes: new ClientAttributes().withStandardAttributes({ fullname: true }),
    accessTokenValidity: Duration.hours(1),
    idTokenValidity: Duration.hours(1),
    refreshTokenValidity: Duration.days(30),
  })
  return { userPool, client }
}

/** A code generator, for people who add one. */
function secondFactor({ mfa }: StageSettings): Pick<UserPoolProps, 'mfa' | 'mfaSecondFactor'> {
  if (mfa === 'OFF') return { mfa: Mfa.OFF }
  return { mfa: Mfa.OPTIONAL, mfaSecondFactor: { sms: false, otp: true, email: false } }
}
