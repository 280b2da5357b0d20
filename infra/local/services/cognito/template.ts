import { createHash } from 'node:crypto'
import * as z from 'zod'
import { read } from './request.ts'

/**
 * Returns a pool id in the format of AWS, `<region>_` and nine alphanumerics, because `aws-jwt-verify` refuses
 * others.
 */
export function poolIdOf(region: string, logicalId: string): string {
  return `${region}_${digest(`pool/${logicalId}`).slice(0, 9)}`
}

/** Returns a client id of 26 lower-case alphanumerics, as on AWS. */
export function clientIdOf(logicalId: string): string {
  return digest(`client/${logicalId}`).slice(0, 26)
}

/** Returns the issuer in the tokens of a pool. */
export function issuerOf(region: string, poolId: string): string {
  return `https://cognito-idp.${region}.amazonaws.com/${poolId}`
}

export function poolArnOf(region: string, poolId: string): string {
  return `arn:aws:cognito-idp:${region}:000000000000:userpool/${poolId}`
}

function digest(name: string): string {
  return createHash('sha256').update(name).digest('hex')
}

const required = z.boolean().default(false)
const minutes = (least: number, most: number) => z.int().min(least).max(most)
/** A property that has no meaning on one machine, or matters only to operations that are not modelled. */
const anything = z.unknown().optional()

export const standardAttributes = [
  'address',
  'birthdate',
  'email',
  'family_name',
  'gender',
  'given_name',
  'locale',
  'middle_name',
  'name',
  'nickname',
  'phone_number',
  'picture',
  'preferred_username',
  'profile',
  'website',
  'zoneinfo',
]
const attribute = z.strictObject({
  Name: z.enum(standardAttributes),
  Required: required,
  Mutable: anything,
  AttributeDataType: anything,
  StringAttributeConstraints: anything,
})

const passwordPolicy = z.strictObject({
  MinimumLength: z.int().min(6).max(99).default(8),
  RequireLowercase: required,
  RequireUppercase: required,
  RequireNumbers: required,
  RequireSymbols: required,
  TemporaryPasswordValidityDays: anything,
})

/** A modelled pool: people sign up themselves, with an email that a code in a mail verifies. */
const userPool = z.strictObject({
  UsernameAttributes: z.tuple([z.literal('email')]),
  AutoVerifiedAttributes: z.tuple([z.literal('email')]),
  UsernameConfiguration: z.strictObject({ CaseSensitive: z.boolean() }).default({ CaseSensitive: true }),
  AdminCreateUserConfig: z.strictObject({ AllowAdminCreateUserOnly: z.literal(false) }).optional(),
  Policies: z.strictObject({ PasswordPolicy: passwordPolicy }),
  Schema: z.array(attribute).default([]),
  /** ARNs of the functions behind the triggers. */
  LambdaConfig: z
    .strictObject({ PreSignUp: z.string().optional(), PostConfirmation: z.string().optional() })
    .default({}),
  VerificationMessageTemplate: z.strictObject({
    DefaultEmailOption: z.literal('CONFIRM_WITH_CODE'),
    EmailMessage: z.string().includes('{####}'),
    EmailSubject: z.string(),
    SmsMessage: anything,
  }),
  /** Nobody can add a second factor here, so nobody is asked for one. */
  MfaConfiguration: z.enum(['OFF', 'OPTIONAL']).optional(),
  EnabledMfas: anything,
  AccountRecoverySetting: anything,
  DeletionProtection: anything,
  EmailConfiguration: anything,
  EmailVerificationMessage: anything,
  EmailVerificationSubject: anything,
  UserPoolName: z.string().optional(),
  SmsVerificationMessage: anything,
  UserPoolTags: anything,
  UserPoolTier: anything,
})

const flow = z.enum(['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'])

/** A modelled client has no secret. The validity of its tokens is in minutes, as CDK writes it. */
const userPoolClient = z.strictObject({
  UserPoolId: z.string(),
  ExplicitAuthFlows: z.array(flow),
  /** `ENABLED` hides whether a user exists. */
  PreventUserExistenceErrors: z.enum(['ENABLED', 'LEGACY']).default('LEGACY'),
  AccessTokenValidity: minutes(5, 1_440),
  IdTokenValidity: minutes(5, 1_440),
  RefreshTokenValidity: minutes(60, 5_256_000),
  TokenValidityUnits: z.record(z.enum(['AccessToken', 'IdToken', 'RefreshToken']), z.literal('minutes')),
  AuthSessionValidity: minutes(3, 15).default(3),
  SupportedIdentityProviders: z.tuple([z.literal('COGNITO')]).optional(),
  GenerateSecret: z.literal(false).optional(),
  EnableTokenRevocation: z.literal(true).optional(),
  AllowedOAuthFlowsUserPoolClient: z.literal(false).optional(),
  /** The attributes that the client may write. The default is all standard attributes. */
  WriteAttributes: z.array(z.enum(standardAttributes)).default(standardAttributes),
  ClientName: z.string().optional(),
})

const group = z.strictObject({
  UserPoolId: z.string(),
  GroupName: z.string(),
  Description: z.string().optional(),
})

export type PoolSettings = z.output<typeof userPool> & { readonly id: string; readonly name: string }
export type ClientSettings = z.output<typeof userPoolClient> & {
  readonly id: string
  readonly name: string
}
export type GroupSettings = z.output<typeof group>

/**
 * Reads the resolved properties of an `AWS::Cognito::UserPool`. Throws an Error that names a property that is not
 * modelled.
 */
export function poolSettings(region: string, logicalId: string, properties: unknown): PoolSettings {
  const settings = read(userPool, properties, notModelled(logicalId))
  return { ...settings, id: poolIdOf(region, logicalId), name: settings.UserPoolName ?? logicalId }
}

/** Reads the resolved properties of an `AWS::Cognito::UserPoolClient`; throws as `poolSettings` does. */
export function clientSettings(logicalId: string, properties: unknown): ClientSettings {
  const settings = read(userPoolClient, properties, notModelled(logicalId))
  return { ...settings, id: clientIdOf(logicalId), name: settings.ClientName ?? logicalId }
}

/** Reads the resolved properties of an `AWS::Cognito::UserPoolGroup`; throws as `poolSettings` does. */
export function groupSettings(logicalId: string, properties: unknown): GroupSettings {
  return read(group, properties, notModelled(logicalId))
}

function notModelled(logicalId: string) {
  return (place: string, reason: string) => new Error(`${logicalId} is not modelled: ${place} ${reason}`)
}
