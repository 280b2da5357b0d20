import { describe, expect, it } from 'vitest'
import { declared } from '../../kit/local-cloud/declared-resources.ts'

const pool = () => declared('UserPool').Properties
const client = () => declared('UserPoolClient').Properties

describe('the user pool', () => {
  it('is on the cheapest plan with the features that it needs', () => {
    expect(pool()['UserPoolTier']).toBe('LITE')
  })

  it('lets people sign up themselves, with an email in any case, which is verified', () => {
    expect(pool()).toMatchObject({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: false },
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      AutoVerifiedAttributes: ['email'],
    })
    expect(pool()).not.toHaveProperty('AliasAttributes')
  })

  it('lets people recover their account by email, and asks for no second factor', () => {
    expect(pool()).toMatchObject({
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
      MfaConfiguration: 'OFF',
    })
  })

  it('accepts passwords of 8 characters with lower case, upper case and digits', () => {
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

  it('requires no attribute, because that could never be undone', () => {
    expect(pool()['Schema']).toEqual([{ Name: 'name', Required: false, Mutable: true }])
  })

  it('calls the registration before each sign-up and after each confirmation', () => {
    const registration = 'Registration.Arn'
    expect(pool()['LambdaConfig']).toEqual({ PreSignUp: registration, PostConfirmation: registration })
  })

  it('has the group of people who may read the analytics', () => {
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

  it('lets people write only their name, so that no address changes without an event', () => {
    expect(client()['WriteAttributes']).toEqual(['name'])
  })

  it('does not reveal who has an account', () => {
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
