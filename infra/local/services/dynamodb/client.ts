import * as http from 'node:http'
import * as https from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import { AwsError, type AwsResponse } from '../../gateway/aws-service.ts'
import { authorization, type Credentials } from '../../gateway/signature-v4.ts'

/** The address of a DynamoDB, for both its tables and its streams. */
export interface DynamoDbAddress {
  readonly endpoint: string
  readonly region: string
}

export const dynamoDbTarget = 'DynamoDB_20120810'
export const streamsTarget = 'DynamoDBStreams_20120810'

/** How long a refused connection is retried. The embedded engine restarts within milliseconds. */
const refusedForMs = 2000

/** Every caller uses the same credentials with a local DynamoDB, because some keep a database per access key. */
export const localCredentials: Omit<Credentials, 'sessionToken'> = {
  accessKeyId: 'local',
  secretAccessKey: 'local',
}

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
}

/**
 * Calls an operation, such as `DynamoDB_20120810.PutItem`, and returns its answer. The caller declares the fields
 * that it reads.
 *
 * @throws AwsError with the error of DynamoDB; an Error of the socket if there was no answer.
 */
export async function callDynamoDb<Output extends object = Record<string, unknown>>(
  address: DynamoDbAddress,
  target: string,
  input: unknown,
): Promise<Output> {
  const response = await postDynamoDb(address, target, Buffer.from(JSON.stringify(input)))
  // Only the service answers here, so this is the documented answer of the operation.
  const output = JSON.parse(response.body.toString() || '{}') as Output & {
    __type?: string
    message?: string
    Message?: string
  }
  if (response.status === 200) return output
  const code = output.__type?.replace(/^.*#/, '') ?? 'InternalServerError'
  throw new AwsError(code, output.message ?? output.Message ?? '', response.status)
}

/** Sends a request's body unchanged and returns the response unchanged, whatever its status. */
export async function postDynamoDb(
  address: DynamoDbAddress,
  target: string,
  body: Buffer,
): Promise<AwsResponse> {
  const url = new URL(address.endpoint)
  const credentials: Credentials = isLoopback(address.endpoint)
    ? localCredentials
    : await defaultCredentials(address.region)
  const headers: Record<string, string> = {
    'content-type': 'application/x-amz-json-1.0',
    host: url.host,
    'x-amz-date': new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
    'x-amz-target': target,
    ...(credentials.sessionToken ? { 'x-amz-security-token': credentials.sessionToken } : {}),
  }
  const { region } = address
  headers['authorization'] = authorization({ service: 'dynamodb', region, headers, body, credentials })
  headers['content-length'] = String(body.length)
  for (const deadline = Date.now() + refusedForMs; ; ) {
    try {
      return await post(url, headers, body)
    } catch (error) {
      const refused = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
      if (!refused || Date.now() > deadline || !isLoopback(address.endpoint)) throw error
      await delay(20)
    }
  }
}

/** Whether an endpoint is on this machine. Any other may be an AWS account. */
export function isLoopback(endpoint: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(endpoint).hostname)
}

function post(
  url: URL,
  headers: Record<string, string>,
  body: Buffer,
): Promise<AwsResponse & { body: Buffer }> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:'
    const options = { method: 'POST', headers, agent: agents[secure ? 'https:' : 'http:'] }
    const request = (secure ? https : http).request(url, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const passed: Record<string, string> = {}
        for (const name of ['content-type', 'x-amzn-requestid', 'x-amz-crc32']) {
          const value = response.headers[name]
          if (typeof value === 'string') passed[name] = value
        }
        resolve({ status: response.statusCode ?? 500, headers: passed, body: Buffer.concat(chunks) })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

const chains = new Map<string, Promise<() => Promise<Credentials>>>()

/**
 * Returns the developer's own credentials. The SDK's default chain finds and refreshes them, and is loaded when
 * needed.
 */
async function defaultCredentials(region: string): Promise<Credentials> {
  const load = async () => {
    const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb')
    return new DynamoDBClient({ region }).config.credentials
  }
  const chain = chains.get(region) ?? load()
  chains.set(region, chain)
  return (await chain)()
}
