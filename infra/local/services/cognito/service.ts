import { join } from 'node:path'
import { AwsError, type AwsResponse, type AwsService } from '../../gateway/aws-service.ts'
import { adminOperations } from './admin.ts'
import type { CognitoOptions } from './cognito-options.ts'
import { cognitoOperations } from './operations.ts'
import { forgottenPasswordOperations } from './passwords.ts'
import { notFound, texts } from './request.ts'
import { showingOperations } from './showing.ts'
import { signInOperations } from './sign-in.ts'
import { signUpOperations } from './sign-up.ts'
import { holderOf, signedInOperations } from './signed-in.ts'
import {
  type ClientSettings,
  clientSettings,
  type GroupSettings,
  groupSettings,
  issuerOf,
  poolArnOf,
  poolSettings,
} from './template.ts'
import { openTokenSigner, type TokenSigner } from './tokens.ts'
import { type ClientOperation, openUserPool, type UserPool } from './user-pool.ts'

export interface Cognito {
  readonly service: AwsService
  /** Creates the pool of a template; its users survive restarts. Throws if a property is not modelled. */
  createUserPool(logicalId: string, properties: Record<string, unknown>): void
  /** Creates a client of an existing pool; throws as `createUserPool` does. */
  createUserPoolClient(logicalId: string, properties: Record<string, unknown>): void
  /** Creates a group of an existing pool; throws as `createUserPool` does. */
  createGroup(logicalId: string, properties: Record<string, unknown>): void
  /** Returns `/<poolId>/.well-known/jwks.json` or `/openid-configuration`; `undefined` for any other path. */
  document(path: string): AwsResponse | undefined
  /** Returns the public keys of an issuer; `undefined` for a foreign issuer. */
  keysOf(issuer: string): TokenSigner['jwks'] | undefined
}

/** Opens the user pools in the data folder. */
export function openCognito(o: CognitoOptions): Cognito {
  const folder = join(o.dataDir, 'cognito')
  const signer = openTokenSigner(folder)
  const pools = new Map<string, UserPool>()
  const clients = new Map<string, ClientSettings>()
  const groups: GroupSettings[] = []
  const ofClient = new Map<string, ClientOperation>([
    ...Object.entries(signUpOperations(o)),
    ...Object.entries(signInOperations(o, signer)),
    ...Object.entries(forgottenPasswordOperations(o)),
  ])

  const admin = adminOperations(o)

  function poolOf(id: string): UserPool {
    const pool = pools.get(id)
    if (pool === undefined) throw notFound(`User pool ${id} does not exist.`)
    return pool
  }

  function clientOf(id: string): ClientSettings {
    const client = clients.get(id)
    if (client === undefined) throw notFound(`User pool client ${id} does not exist.`)
    return client
  }

  const showing = showingOperations({
    region: o.region,
    pools: () => [...pools.values()],
    poolOf,
    clients: () => [...clients.values()],
    clientOf,
    groups: () => groups,
  })

  function run(operation: string, body: unknown): object {
    const clientOperation = ofClient.get(operation)
    if (clientOperation) {
      const { ClientId } = texts(body, 'ClientId')
      const client = clientOf(ClientId)
      return clientOperation(body, poolOf(client.UserPoolId), client)
    }
    const shown = showing[operation]
    if (shown !== undefined) return shown(body)
    const ofUser = signedInOperations[operation]
    if (ofUser !== undefined) {
      const { pool, user, clientId } = holderOf(body, signer, pools.values())
      return ofUser(body, pool, user, clientOf(clientId))
    }
    const ofAdmin = admin[operation]
    if (ofAdmin === undefined) throw new AwsError('InvalidAction', `${operation} is not modelled`)
    return ofAdmin(body, poolOf(texts(body, 'UserPoolId').UserPoolId))
  }

  return {
    service: {
      targets: ['AWSCognitoIdentityProviderService'],
      operations: cognitoOperations,
      permissions({ operation, body }) {
        if (operation === 'ListUserPools') return [{ action: `cognito-idp:${operation}`, resource: '*' }]
        if (admin[operation] === undefined && showing[operation] === undefined) return []
        const { UserPoolId } = texts(parse(body), 'UserPoolId')
        return [{ action: `cognito-idp:${operation}`, resource: poolArnOf(o.region, UserPoolId) }]
      },
      handle: async ({ operation, body }) => ({
        status: 200,
        body: JSON.stringify(await run(operation, parse(body))),
      }),
    },
    createUserPool(logicalId, properties) {
      const settings = poolSettings(o.region, logicalId, properties)
      pools.set(settings.id, openUserPool(join(folder, settings.id), settings))
    },
    createUserPoolClient(logicalId, properties) {
      const client = clientSettings(logicalId, properties)
      poolOf(client.UserPoolId)
      clients.set(client.id, client)
    },
    createGroup(logicalId, properties) {
      const group = groupSettings(logicalId, properties)
      poolOf(group.UserPoolId).groups.add(group.GroupName)
      groups.push(group)
    },
    document(path) {
      const [, id = '', name] = /^\/([^/]+)\/\.well-known\/([^/]+)$/.exec(path) ?? []
      const issuer = issuerOf(o.region, id)
      const answer =
        (name === 'jwks.json' && signer.jwks) ||
        (name === 'openid-configuration' && { issuer, jwks_uri: `${issuer}/.well-known/jwks.json` })
      if (!pools.has(id) || !answer) return undefined
      return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) }
    },
    keysOf: (issuer) =>
      [...pools.keys()].some((id) => issuerOf(o.region, id) === issuer) ? signer.jwks : undefined,
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON')
  }
}
