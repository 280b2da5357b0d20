import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  InitiateAuthCommand,
  type InitiateAuthCommandInput,
  ResendConfirmationCodeCommand,
  RespondToAuthChallengeCommand,
  SignUpCommand,
  type SignUpCommandInput,
} from '@aws-sdk/client-cognito-identity-provider'
import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest'
import { AwsError } from '../../../infra/local/gateway/aws-service.ts'
import { type Cognito, openCognito } from '../../../infra/local/services/cognito/service.ts'
import { clientIdOf, issuerOf, poolIdOf } from '../../../infra/local/services/cognito/template.ts'
import { openTokenSigner } from '../../../infra/local/services/cognito/tokens.ts'
import type { Invocation } from '../../../infra/local/services/lambda/invocation.ts'
import { type Mailbox, openMailbox } from '../../../infra/local/services/ses/mailbox.ts'
import { srpClient } from '../people/srp-client.ts'

export const region = 'eu-west-1'
export const poolId = poolIdOf(region, 'Pool')
export const ClientId = clientIdOf('Client')
export const password = 'Secret-123'
export const email = 'ann@example.com'
export const functionArn = 'arn:aws:lambda:eu-west-1:000000000000:function:Annals-Registration'

/** The properties that CDK writes. */
export const poolProperties = {
  AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
  AdminCreateUserConfig: { AllowAdminCreateUserOnly: false },
  AutoVerifiedAttributes: ['email'],
  DeletionProtection: 'ACTIVE',
  EmailVerificationMessage: 'The verification code to your new account is {####}',
  EmailVerificationSubject: 'Verify your new account',
  MfaConfiguration: 'OFF',
  Policies: {
    PasswordPolicy: {
      MinimumLength: 8,
      RequireLowercase: true,
      RequireUppercase: true,
      RequireNumbers: true,
      RequireSymbols: false,
    },
  },
  Schema: [{ Mutable: true, Name: 'name', Required: false }],
  SmsVerificationMessage: 'The verification code to your new account is {####}',
  UserPoolTier: 'LITE',
  UsernameAttributes: ['email'],
  UsernameConfiguration: { CaseSensitive: false },
  VerificationMessageTemplate: {
    DefaultEmailOption: 'CONFIRM_WITH_CODE',
    EmailMessage: 'The verification code to your new account is {####}',
    EmailSubject: 'Verify your new account',
    SmsMessage: 'The verification code to your new account is {####}',
  },
}
export const clientProperties = {
  AccessTokenValidity: 60,
  IdTokenValidity: 30,
  RefreshTokenValidity: 43_200,
  AllowedOAuthFlowsUserPoolClient: false,
  ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  GenerateSecret: false,
  PreventUserExistenceErrors: 'ENABLED',
  SupportedIdentityProviders: ['COGNITO'],
  TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'minutes' },
  UserPoolId: poolId,
}

/** The data folder of the running test. */
export let folder: string
export let mailbox: Mailbox
export let cognito: Cognito
export let client: CognitoIdentityProviderClient
export const invoke = vi.fn<(functionArn: string, event: unknown) => Promise<Invocation>>()
const closers: (() => unknown)[] = []

/** Gives each test of a file its own user pool, with a client and no users. */
export function withUserPool(): void {
  // Generating a signing key takes longer than everything else in a test, so all tests share one.
  const keyFolder = mkdtempSync(join(tmpdir(), 'annals-cognito-key-'))
  beforeAll(() => void openTokenSigner(join(keyFolder, 'cognito')))
  afterAll(() => rmSync(keyFolder, { recursive: true }))

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'annals-cognito-'))
    cpSync(keyFolder, folder, { recursive: true })
    invoke.mockReset().mockImplementation(async (_, payload) => ({ payload }))
    await open()
  })

  afterEach(async () => {
    vi.useRealTimers()
    for (const close of closers.splice(0).reverse()) await close()
    rmSync(folder, { recursive: true })
  })
}

/** Opens the data folder, as the local cloud does when it starts, and serves it as the gateway does. */
export async function open(
  o: { pool?: object; client?: object; groups?: readonly string[] } = {},
): Promise<void> {
  mailbox = openMailbox(folder)
  const { groups = ['admin'] } = o
  cognito = openCognito({ region, dataDir: folder, mailbox, log: () => {}, groups, invoke })
  cognito.createUserPool('Pool', { ...poolProperties, ...o.pool })
  cognito.createUserPoolClient('Client', { ...clientProperties, ...o.client })
  const { service } = cognito
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    const [prefix = '', operation = ''] = String(request.headers['x-amz-target']).split('.')
    try {
      if (!service.targets.includes(prefix) || !(operation in service.operations)) throw new Error(operation)
      const answer = await service.handle({ operation, body, headers: request.headers, caller: undefined })
      response.writeHead(answer.status, answer.headers).end(answer.body)
    } catch (error) {
      const { code, message, status } =
        error instanceof AwsError ? error : new AwsError('Bug', String(error), 500)
      response.writeHead(status).end(JSON.stringify({ __type: code, message }))
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server that is listening has an address object
  const credentials = { accessKeyId: 'anyone', secretAccessKey: 'any' }
  client = new CognitoIdentityProviderClient({ endpoint, region, credentials, maxAttempts: 1 })
  closers.push(() => {
    server.close()
    server.closeAllConnections()
  })
}

export const signUp = (input: Partial<SignUpCommandInput> = {}) =>
  client.send(new SignUpCommand({ ClientId, Username: email, Password: password, ...input }))
export const resend = (Username = email) =>
  client.send(new ResendConfirmationCodeCommand({ ClientId, Username }))
export const confirm = (ConfirmationCode: string, Username = email) =>
  client.send(new ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode }))
export const initiate = (input: Partial<InitiateAuthCommandInput>) =>
  client.send(new InitiateAuthCommand({ ClientId, AuthFlow: 'USER_PASSWORD_AUTH', ...input }))
export const refresh = (token: string | undefined, input: Partial<InitiateAuthCommandInput> = {}) =>
  initiate({ AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN: String(token) }, ...input })
export const adminGet = (Username: string, UserPoolId = poolId) =>
  client.send(new AdminGetUserCommand({ UserPoolId, Username }))
export const adminDelete = (Username: string, UserPoolId = poolId) =>
  client.send(new AdminDeleteUserCommand({ UserPoolId, Username }))

export async function signIn(USERNAME = email, PASSWORD = password) {
  const { AuthenticationResult } = await initiate({ AuthParameters: { USERNAME, PASSWORD } })
  return { ...AuthenticationResult }
}

/** Signs in without sending the password; `late` is called before the answer to the challenge. */
export async function signInBySrp(o: { secret?: string; USERNAME?: string; late?: () => void } = {}) {
  const srp = srpClient(poolId, o.secret ?? password)
  const AuthParameters = { USERNAME: o.USERNAME ?? email, SRP_A: srp.SRP_A }
  const { ChallengeName, ChallengeParameters } = await initiate({ AuthFlow: 'USER_SRP_AUTH', AuthParameters })
  const input = { ClientId, ChallengeName, ChallengeResponses: { ...srp.answer(ChallengeParameters ?? {}) } }
  o.late?.()
  return { input, answer: await client.send(new RespondToAuthChallengeCommand(input)) }
}

/** Every run of six digits in the newest mail: the code, if the mail is right. */
export function codeOf(to = email): string {
  return (mailbox.list(to)[0]?.text.match(/\d{6,}/g) ?? []).join()
}

/** A different code of six digits. */
export function wrong(code: string): string {
  return code === '000000' ? '000001' : '000000'
}

/** Signs up and confirms. Resolves to the sub. */
export async function register(name = email): Promise<string> {
  const { UserSub } = await signUp({ Username: name, UserAttributes: [{ Name: 'name', Value: 'Ann' }] })
  await confirm(codeOf(name), name)
  return UserSub ?? ''
}

export async function expectFailure(
  call: Promise<unknown>,
  name: string,
  message: string | RegExp = '',
): Promise<void> {
  await expect(call).rejects.toMatchObject({ name, message: expect.stringMatching(message) })
}

/** Moves the clock forward by this number of minutes. */
export function pass(minutes: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 })
}

/** The claims of a token, if AWS's verifier accepts it with the pool's keys. Throws otherwise. */
export function verify(token: string | undefined, tokenUse: 'access' | 'id') {
  const verifier = CognitoJwtVerifier.create({ userPoolId: poolId, clientId: ClientId, tokenUse })
  verifier.cacheJwks(cognito.keysOf(issuerOf(region, poolId)) ?? { keys: [] })
  return verifier.verifySync(token ?? '')
}

export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
