import { describe, expect, it } from 'vitest'
import { declared } from '../../kit/local-cloud/declared-resources.ts'

const pool = () => declared('UserPool').Properties
const client = () => declared('UserPoolClient').Properties

describe('the user pool', () => {
  it('is on the plan that has what it needs and costs least', () => {
    expect(pool()['UserPoolTier']).toBe('LITE')
  })

  it('lets people sign up by themselves, with an email in any case, which is verified', () => {
    expect(pool()).toMatchObject({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: false },
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      AutoVerifiedAttributes: ['email'],
    })
    expect(pool()).not.toHaveProperty('AliasAttributes')
  })

  it('lets people back in by email, and asks for no second factor', () => {
    expect(pool()).toMatchObject({
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
      MfaConfiguration: 'OFF',
    })
  })

  it('takes passwords of 8 characters with lower case, upper case and digits', () => {
    expect(pool()['Policies']).toEqual({
      PasswordPolicy: {
        MinimumLength: 8,
        RequireLowercase: true,
        RequireUppercase: true,
        RequireNumbers: true,
        RequireSymbols: false,
      },
    })
  })

  it('requires no attribute, as that could never be changed back', () => {
    expect(pool()['Schema']).toEqual([{ Name: 'name', Required: false, Mutable: true }])
  })

  it('asks the registration before each sign-up and after each confirmation', () => {
    const registration = 'Registration.Arn'
    expect(pool()['LambdaConfig']).toEqual({ PreSignUp: registration, PostConfirmation: registration })
  })

  it('has the group of those who may read the analytics', () => {
    expect(declared('UserPoolAdmin').Properties).toMatchObject({ UserPoolId: 'UserPool', GroupName: 'admin' })
  })

  it('is not deleted by mistake, and survives its stack and its replacement', () => {
    expect(pool()['DeletionProtection']).toBe('ACTIVE')
    expect(declared('UserPool')).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    })
  })
})

describe('the client of the user pool', () => {
  it('signs people in by SRP or password, without a secret and without OAuth', () => {
    expect(client()).toMatchObject({
      UserPoolId: 'UserPool',
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      GenerateSecret: false,
      AllowedOAuthFlowsUserPoolClient: false,
    })
    expect(client()).not.toHaveProperty('AllowedOAuthFlows')
    expect(client()).not.toHaveProperty('CallbackURLs')
  })

  it('lets people write their name and nothing else, so that no address changes without an event', () => {
    expect(client()['WriteAttributes']).toEqual(['name'])
  })

  it('does not tell who has an account', () => {
    expect(client()['PreventUserExistenceErrors']).toBe('ENABLED')
  })

  it('has tokens for an hour, and refreshes them for 30 days', () => {
    expect(client()).toMatchObject({
      TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'minutes' },
      AccessTokenValidity: 60,
      IdTokenValidity: 60,
      RefreshTokenValidity: 30 * 24 * 60,
    })
  })
})
