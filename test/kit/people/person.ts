import { randomUUID } from 'node:crypto'
import {
  CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'

/** The addresses of a running backend, from its `/config.json`. */
export interface ClientConfig {
  readonly region: string
  readonly userPoolId: string
  readonly userPoolClientId: string
  readonly apiUrl: string
  readonly awsEndpoint: string
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The JSON of the response, for matchers. */
  readonly body: Record<string, unknown>
}

export interface Person {
  readonly email: string
  readonly userId: string
  readonly accessToken: string
  readonly idToken: string
  readonly refreshToken: string
  command(name: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  query(path: string, headers?: Record<string, string>): Promise<Answer>
}

export const password = 'Secret-123'

export async function readConfig(apiUrl: string): Promise<ClientConfig> {
  const response = await fetch(`${apiUrl}/config.json`)
  // The contract defines the shape of this answer.
  return (await response.json()) as ClientConfig
}

export function cognitoClient({ region, awsEndpoint }: ClientConfig): CognitoIdentityProviderClient {
  const credentials = { accessKeyId: 'anyone', secretAccessKey: 'any' }
  return new CognitoIdentityProviderClient({ region, endpoint: awsEndpoint, credentials })
}

export interface Mail {
  readonly subject: string
  readonly text: string
}

/** The mails to an address in the local mailbox, newest first. */
export async function mailsTo(config: ClientConfig, to: string): Promise<Mail[]> {
  const response = await fetch(`${config.awsEndpoint}/_local/mail?to=${encodeURIComponent(to)}`)
  // The contract defines the shape of this answer.
  return (await response.json()) as Mail[]
}

/** Signs up a new person with the code from the mail, then signs them in with AWS's own client. */
export async function signUp(config: ClientConfig): Promise<Person> {
  const email = `person-${randomUUID()}@example.com`
  const client = cognitoClient(config)
  const ClientId = config.userPoolClientId
  await client.send(new SignUpCommand({ ClientId, Username: email, Password: password }))
  const [mail] = await mailsTo(config, email)
  const ConfirmationCode = /\b\d{6}\b/.exec(mail?.text ?? '')?.[0]
  await client.send(new ConfirmSignUpCommand({ ClientId, Username: email, ConfirmationCode }))
  return signIn(config, email)
}

export async function signIn(config: ClientConfig, email: string): Promise<Person> {
  const { AuthenticationResult: tokens } = await cognitoClient(config).send(
    new InitiateAuthCommand({
      ClientId: config.userPoolClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: email, PASSWORD: password },
    }),
  )
  const { AccessToken = '', IdToken = '', RefreshToken = '' } = tokens ?? {}
  return personOf(config, email, {
    accessToken: AccessToken,
    idToken: IdToken,
    refreshToken: RefreshToken,
  })
}

/** A person who has signed in, with the requests that they can send to the API. */
export function personOf(
  config: ClientConfig,
  email: string,
  tokens: Pick<Person, 'accessToken' | 'idToken' | 'refreshToken'>,
): Person {
  const claims = JSON.parse(Buffer.from(tokens.accessToken.split('.')[1] ?? '', 'base64url').toString())
  const authorization = `Bearer ${tokens.accessToken}`
  return {
    ...tokens,
    email,
    userId: claims.sub,
    command: (name, body, headers) =>
      call(config, `/commands/${name}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    query: (path, headers) => call(config, path, { headers: { authorization, ...headers } }),
  }
}

export async function call({ apiUrl }: ClientConfig, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${apiUrl}${path}`, init)
  const text = await response.text()
  // The body is only compared with expectations, so its type does not matter.
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
  return { status: response.status, headers: response.headers, body }
}
