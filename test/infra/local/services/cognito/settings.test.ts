import { describe, expect, it } from 'vitest'
import { clientIdOf, poolArnOf, poolIdOf } from '../../../../../infra/local/services/cognito/template.ts'
import {
  ClientId,
  clientProperties,
  cognito,
  functionArn,
  poolId,
  poolProperties,
  region,
  withUserPool,
} from '../../../../kit/local-cloud/user-pool.ts'

withUserPool()

describe('a template', () => {
  it('with a group is accepted if its pool exists and its properties are modelled', () => {
    const make = (over: object) =>
      cognito.createGroup('Admin', { UserPoolId: poolId, GroupName: 'admin', Description: 'All', ...over })
    expect(() => make({})).not.toThrow()
    expect(() => make({ UserPoolId: 'eu-west-1_Other' })).toThrow('eu-west-1_Other does not exist')
    expect(() => make({ Precedence: 1 })).toThrow(/^Admin is not modelled: .*Precedence/)
  })

  const policy = (more: object) => ({
    Policies: { PasswordPolicy: { ...poolProperties.Policies.PasswordPolicy, ...more } },
  })

  it.each<[string, object]>([
    ['UsernameAttributes', { UsernameAttributes: ['phone_number'] }],
    ['UsernameAttributes', { UsernameAttributes: undefined }],
    ['AutoVerifiedAttributes', { AutoVerifiedAttributes: [] }],
    ['AliasAttributes', { AliasAttributes: ['email'] }],
    ['MfaConfiguration', { MfaConfiguration: 'ON' }],
    ['AllowAdminCreateUserOnly', { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } }],
    ['PreAuthentication', { LambdaConfig: { PreAuthentication: functionArn } }],
    ['SignInPolicy', { Policies: { ...poolProperties.Policies, SignInPolicy: {} } }],
    ['MinimumLength', policy({ MinimumLength: 5 })],
    ['PasswordHistorySize', policy({ PasswordHistorySize: 3 })],
    ['Schema.0.Name', { Schema: [{ Name: 'rank', AttributeDataType: 'String' }] }],
    ['DefaultEmailOption', { VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_LINK' } }],
    [
      'EmailMessage',
      {
        VerificationMessageTemplate: {
          ...poolProperties.VerificationMessageTemplate,
          EmailMessage: 'No code',
        },
      },
    ],
    ['DeviceConfiguration', { DeviceConfiguration: {} }],
  ])('with a pool of another %s is refused by name', (name, more) => {
    const make = () => cognito.createUserPool('Pool', { ...poolProperties, ...more })
    expect(make).toThrow(/^Pool is not modelled: /)
    expect(make).toThrow(name)
  })

  it.each<[string, object]>([
    ['GenerateSecret', { GenerateSecret: true }],
    ['ExplicitAuthFlows', { ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'] }],
    ['AllowedOAuthFlowsUserPoolClient', { AllowedOAuthFlowsUserPoolClient: true }],
    ['SupportedIdentityProviders', { SupportedIdentityProviders: ['Google'] }],
    ['WriteAttributes.0', { WriteAttributes: ['custom:rank'] }],
    ['AccessTokenValidity', { AccessTokenValidity: 4 }],
    ['IdTokenValidity', { IdTokenValidity: 1_441 }],
    ['RefreshTokenValidity', { RefreshTokenValidity: 59 }],
    [
      'TokenValidityUnits.AccessToken',
      { TokenValidityUnits: { ...clientProperties.TokenValidityUnits, AccessToken: 'hours' } },
    ],
    ['AuthSessionValidity', { AuthSessionValidity: 16 }],
    ['EnableTokenRevocation', { EnableTokenRevocation: false }],
    ['RefreshTokenRotation', { RefreshTokenRotation: { Feature: 'ENABLED' } }],
  ])('with a client of another %s is refused by name', (name, more) => {
    const make = () => cognito.createUserPoolClient('Client', { ...clientProperties, ...more })
    expect(make).toThrow(/^Client is not modelled: /)
    expect(make).toThrow(name)
  })

  it('with a client of an unknown pool is refused', () => {
    const make = () =>
      cognito.createUserPoolClient('Client', { ...clientProperties, UserPoolId: 'elsewhere' })
    expect(make).toThrow('User pool elsewhere does not exist.')
  })

  it("gives pools and clients the same names each time, in AWS's format", () => {
    expect(poolIdOf(region, 'Pool')).toMatch(/^eu-west-1_[0-9a-zA-Z]{9}$/)
    expect(clientIdOf('Client')).toMatch(/^[0-9a-z]{26}$/)
    expect([poolIdOf(region, 'Other'), clientIdOf('Other')]).not.toEqual([poolId, ClientId])
    expect(poolArnOf(region, poolId)).toBe(`arn:aws:cognito-idp:eu-west-1:000000000000:userpool/${poolId}`)
  })
})
