import * as z from 'zod'
import { invalid, read, texts } from './request.ts'
import { type ClientSettings, type GroupSettings, poolArnOf } from './template.ts'
import { attributesOf, statusOf, type User, type UserPool } from './user-pool.ts'

/** The resources that the operations show. */
export interface Shown {
  readonly region: string
  readonly pools: () => readonly UserPool[]
  /** Throws ResourceNotFoundException. */
  readonly poolOf: (id: string) => UserPool
  readonly clients: () => readonly ClientSettings[]
  /** Throws ResourceNotFoundException. */
  readonly clientOf: (id: string) => ClientSettings
  readonly groups: () => readonly GroupSettings[]
}

const maxUsers = 60
const listUsers = z.object({
  Limit: z.int().min(1).max(maxUsers).default(maxUsers),
  PaginationToken: z.string().regex(/^\d+$/).default('0'),
  Filter: z.string().default(''),
  AttributesToGet: z.array(z.string()).optional(),
})

/** The operations that show pools, clients, groups and users. They change nothing. */
export function showingOperations(o: Shown): Readonly<Record<string, (body: unknown) => object>> {
  const poolIn = (body: unknown) => o.poolOf(texts(body, 'UserPoolId').UserPoolId)
  const inPool = <T extends { readonly UserPoolId: string }>(all: readonly T[], pool: UserPool) =>
    all.filter(({ UserPoolId }) => UserPoolId === pool.settings.id)
  return {
    ListUserPools: () => ({
      UserPools: o.pools().map(({ settings: { id, name } }) => ({ Id: id, Name: name })),
    }),
    DescribeUserPool: (body) => ({ UserPool: poolDescription(poolIn(body), o.region) }),
    ListUserPoolClients: (body) => ({
      UserPoolClients: inPool(o.clients(), poolIn(body)).map(({ id, name, UserPoolId }) => ({
        ClientId: id,
        ClientName: name,
        UserPoolId,
      })),
    }),
    DescribeUserPoolClient(body) {
      const pool = poolIn(body)
      const { id, name, ...settings } = o.clientOf(texts(body, 'ClientId').ClientId)
      if (settings.UserPoolId !== pool.settings.id)
        throw invalid(`Client ${id} belongs to another user pool.`)
      return { UserPoolClient: { ClientId: id, ClientName: name, ...settings } }
    },
    ListGroups: (body) => ({ Groups: inPool(o.groups(), poolIn(body)) }),
    ListUsers(body) {
      const pool = poolIn(body)
      const { Limit, PaginationToken, Filter, AttributesToGet } = read(listUsers, body)
      const matches = filterOf(Filter)
      const matching = pool.users().filter((user) => matches(userAttributes(user)))
      const begin = Number(PaginationToken)
      const end = begin + Limit
      return {
        Users: matching.slice(begin, end).map((user) => userSummary(user, AttributesToGet)),
        ...(end < matching.length && { PaginationToken: String(end) }),
      }
    },
  }
}

function poolDescription({ settings, users }: UserPool, region: string): object {
  const { id, name, Schema, ...rest } = settings
  return {
    ...rest,
    Id: id,
    Name: name,
    Arn: poolArnOf(region, id),
    SchemaAttributes: Schema,
    EstimatedNumberOfUsers: users().length,
  }
}

/** The attributes that a filter of `ListUsers` can test, by their names in the filter. */
function userAttributes(user: User): Readonly<Record<string, string>> {
  return {
    ...attributesOf(user),
    username: user.sub,
    'cognito:user_status': statusOf(user),
    status: 'Enabled',
  }
}

function userSummary(user: User, wanted: readonly string[] | undefined): object {
  const attributes = Object.entries(attributesOf(user)).filter(([name]) => wanted?.includes(name) ?? true)
  return {
    Username: user.sub,
    Attributes: attributes.map(([Name, Value]) => ({ Name, Value })),
    UserCreateDate: user.createdAt / 1_000,
    UserLastModifiedDate: user.createdAt / 1_000,
    Enabled: true,
    UserStatus: statusOf(user),
  }
}

/** A filter such as `email = "x"` or `email ^= "x"` (Cognito API reference, `ListUsers`). */
function filterOf(filter: string): (attributes: Readonly<Record<string, string>>) => boolean {
  if (filter.trim() === '') return () => true
  const [, name = '', operator, quoted = ''] = /^ *"?([\w:]+)"? *(\^?=) *"(.*)" *$/s.exec(filter) ?? []
  if (operator === undefined) throw invalid('Error while parsing filter.')
  const value = quoted.replace(/\\(.)/gs, '$1')
  return (attributes) => {
    const found = Object.hasOwn(attributes, name) ? attributes[name] : undefined
    if (found === undefined) return false
    return operator === '=' ? found === value : found.startsWith(value)
  }
}
