import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AwsConfig } from '../../../infra/deploy/account/config.ts'
import { FakeCloudFormation } from './cloudformation.ts'
import { errorAnswer, type FakeAnswer, FakeError, type FakeRequest, field, json, query } from './protocol.ts'

export interface FakeTable {
  items: number
  isProtected: boolean
}

/** The content of an account besides its stacks. Tests change it in place. */
export interface FakeThings {
  bootstrapVersion: number | undefined
  concurrency: { limit: number; unreserved: number }
  readonly tables: Map<string, FakeTable>
  readonly pools: Map<string, { users: number }>
  /** Buckets, with the number of their objects. */
  readonly buckets: Map<string, number>
  readonly queues: Map<string, number>
  readonly identities: Map<string, { isVerified: boolean; status: string; tokens?: readonly string[] }>
  mail: { production: boolean; enabled: boolean }
  /** Operations that fail, with the error that AWS answers. */
  readonly failing: Map<string, FakeError>
}

export interface FakeAccount extends FakeThings {
  readonly cloudFormation: FakeCloudFormation
  /** Settings of a client that reaches this account. */
  readonly config: AwsConfig
  /** Every operation that was called, in order. */
  readonly calls: string[]
  close(): void
}

/** An AWS account with the answers that AWS documents, behind the wire protocols of the SDK. */
export async function startFakeAccount(): Promise<FakeAccount> {
  const things: FakeThings = {
    bootstrapVersion: 21,
    concurrency: { limit: 1000, unreserved: 1000 },
    tables: new Map(),
    pools: new Map(),
    buckets: new Map(),
    queues: new Map(),
    identities: new Map([['annals.dev', { isVerified: true, status: 'SUCCESS' }]]),
    mail: { production: true, enabled: true },
    failing: new Map(),
  }
  const cloudFormation = new FakeCloudFormation({
    isProtected: (id) => things.tables.get(id)?.isProtected === true,
    remove(id) {
      for (const kind of [things.tables, things.pools, things.buckets, things.queues]) kind.delete(id)
    },
  })
  const calls: string[] = []
  const answer = (request: FakeRequest): FakeAnswer => {
    const name = nameOf(request)
    calls.push(name)
    const failure = things.failing.get(name)
    if (failure !== undefined) throw failure
    return answerOf(name, request, things, cloudFormation)
  }
  const server = createServer(async (incoming, response) => {
    const request = readRequest(
      { method: incoming.method ?? '', url: incoming.url ?? '/', target: incoming.headers['x-amz-target'] },
      Buffer.concat(await incoming.toArray()).toString(),
    )
    let given: FakeAnswer
    try {
      given = answer(request)
    } catch (error) {
      given = errorAnswer(
        request,
        error instanceof FakeError ? error : new FakeError('Bug', String(error), 400),
      )
    }
    response.writeHead(given.status, given.headers).end(request.method === 'HEAD' ? '' : given.body)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo // a TCP server that listens
  return Object.assign(things, {
    cloudFormation,
    calls,
    config: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'any' },
      maxAttempts: 1,
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  })
}

interface Incoming {
  readonly method: string
  readonly url: string
  readonly target: string | string[] | undefined
}

function readRequest({ method, url, target }: Incoming, body: string): FakeRequest {
  const path = url.split('?')[0] ?? '/'
  if (target !== undefined) return { method, path, operation: String(target), input: JSON.parse(body) }
  const form = Object.fromEntries(new URLSearchParams(body))
  const operation = form['Action'] ?? ''
  if (operation !== '') return { method, path, operation, input: form }
  return { method, path, operation: '', input: body.startsWith('{') ? JSON.parse(body) : {} }
}

/** The name of the operation, without its service. */
function nameOf({ method, path, operation }: FakeRequest): string {
  if (operation !== '') return operation.replace(/^.*\./, '')
  if (/^\/2016-08-19\/account-settings\/?$/.test(path)) return 'GetAccountSettings'
  if (path === '/v2/email/account') return 'GetAccount'
  if (path === '/v2/email/identities') return 'CreateEmailIdentity'
  if (path.startsWith('/v2/email/identities/')) return 'GetEmailIdentity'
  return method === 'HEAD' ? 'HeadBucket' : 'ListObjectVersions'
}

type Input = Readonly<Record<string, unknown>>

/** The services besides CloudFormation. `last` is the last part of the path. */
const answers: Readonly<Record<string, (things: FakeThings, input: Input, last: string) => FakeAnswer>> = {
  GetCallerIdentity: () =>
    query(
      'GetCallerIdentity',
      field('Account', '111122223333') + field('Arn', 'arn:aws:iam::111122223333:user/ann'),
    ),
  // Systems Manager API reference, GetParameter.
  GetParameter({ bootstrapVersion }, { Name }) {
    if (bootstrapVersion === undefined) throw new FakeError('ParameterNotFound', '')
    return json({ Parameter: { Name, Value: String(bootstrapVersion) } })
  },
  // Lambda API reference, GetAccountSettings.
  GetAccountSettings: ({ concurrency: { limit, unreserved } }) =>
    json({ AccountLimit: { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: unreserved } }),
  // SES API v2 reference, GetAccount; the quota of the sandbox is from the developer guide, "Request production access".
  GetAccount: ({ mail: { production, enabled } }) =>
    json({
      ProductionAccessEnabled: production,
      SendingEnabled: enabled,
      SendQuota: production
        ? { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: 0 }
        : { Max24HourSend: 200, MaxSendRate: 1, SentLast24Hours: 0 },
    }),
  // SES API v2 reference, GetEmailIdentity.
  GetEmailIdentity({ identities }, _, last) {
    const found = identities.get(last)
    if (found === undefined)
      throw new FakeError('NotFoundException', `Email identity ${last} does not exist.`, 404)
    return json({
      VerifiedForSendingStatus: found.isVerified,
      VerificationStatus: found.status,
      DkimAttributes: { Tokens: found.tokens ?? [] },
    })
  },
  // SES API v2 reference, CreateEmailIdentity.
  CreateEmailIdentity({ identities }, { EmailIdentity }) {
    const tokens = String(EmailIdentity).includes('@') ? [] : ['token-1', 'token-2', 'token-3']
    identities.set(String(EmailIdentity), { isVerified: false, status: 'PENDING', tokens })
    return json({ VerifiedForSendingStatus: false, DkimAttributes: { Tokens: tokens } })
  },
  // DynamoDB API reference, DescribeTable, Scan and UpdateTable.
  DescribeTable(things, input) {
    const { isProtected } = tableOf(things, input)
    return json({ Table: { DeletionProtectionEnabled: isProtected, TableSizeBytes: 2_000_000_000 } })
  },
  Scan: (things, input) => json({ Count: Math.min(tableOf(things, input).items, 1), Items: [] }),
  UpdateTable(things, input) {
    tableOf(things, input).isProtected = input['DeletionProtectionEnabled'] === true
    return json({})
  },
  // Cognito user pools API reference, DescribeUserPool.
  DescribeUserPool({ pools }, { UserPoolId }) {
    const pool = pools.get(String(UserPoolId))
    if (pool === undefined)
      throw new FakeError('ResourceNotFoundException', `User pool ${UserPoolId} does not exist.`)
    return json({ UserPool: { EstimatedNumberOfUsers: pool.users, DeletionProtection: 'ACTIVE' } })
  },
  // SQS API reference, GetQueueAttributes.
  GetQueueAttributes({ queues }, { QueueUrl }) {
    const messages = queues.get(String(QueueUrl))
    if (messages === undefined)
      throw new FakeError('QueueDoesNotExist', 'The specified queue does not exist.')
    return json({ Attributes: { ApproximateNumberOfMessages: String(messages) } })
  },
  // S3 API reference, HeadBucket and ListObjectVersions.
  HeadBucket: (things, _, last) => bucket(things, last),
  ListObjectVersions: (things, _, last) => bucket(things, last),
}

function answerOf(
  name: string,
  { path, operation, input }: FakeRequest,
  things: FakeThings,
  cloudFormation: FakeCloudFormation,
): FakeAnswer {
  const last = decodeURIComponent(path.split('/').filter(Boolean).at(-1) ?? '')
  const own = answers[name]
  if (own !== undefined) return own(things, input, last)
  if (operation.includes('.')) throw new FakeError('InvalidAction', `${operation} is not faked`)
  return cloudFormation.answer(operation, texts(input))
}

function bucket({ buckets }: FakeThings, name: string): FakeAnswer {
  const objects = buckets.get(name)
  if (objects === undefined) throw new FakeError('NoSuchBucket', 'The specified bucket does not exist', 404)
  const versions = objects > 0 ? '<Version><Key>a</Key></Version>' : ''
  return { status: 200, body: `<ListVersionsResult>${versions}</ListVersionsResult>` }
}

function texts(input: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, String(value)]))
}

function tableOf({ tables }: FakeThings, input: Readonly<Record<string, unknown>>): FakeTable {
  const table = tables.get(String(input['TableName']))
  if (table !== undefined) return table
  throw new FakeError(
    'ResourceNotFoundException',
    `Requested resource not found: Table: ${input['TableName']} not found`,
  )
}
