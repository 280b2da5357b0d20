import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { WriteFailure } from '../storage/write-failure.ts'
import {
  AwsError,
  type AwsRequest,
  type AwsResponse,
  type AwsService,
  type Log,
  LostAnswer,
} from './aws-service.ts'
import { behindGate, isFromPage, type Origins } from './gate.ts'
import { listen } from './listen.ts'
import { queryError } from './query-protocol.ts'
import { credentialOf } from './signature-v4.ts'

export interface Gateway {
  readonly url: string
  close(): Promise<void>
}

export interface GatewayOptions {
  /** 0 picks a free port. */
  readonly port: number
  readonly services: readonly AwsService[]
  /**
   * Answers a request that does not call an AWS operation, such as one for the mailbox; `undefined` for an unknown
   * address.
   */
  readonly page: (url: URL, request: IncomingMessage) => AwsResponse | undefined
  /** Returns why a call is refused; `undefined` if it is allowed. */
  readonly refusal: (request: AwsRequest, service: AwsService) => string | undefined
  /** The web pages that may call it. */
  readonly origins: Pick<Origins, 'accepts'>
  readonly log: Log
}

/** Maximum size of a request. The largest is a transaction of 4 MB, and its JSON is longer. */
const maxBodyBytes = 16 * 1024 * 1024

/**
 * Speaks the AWS JSON and REST protocols on one port of 127.0.0.1, so that any SDK, the AWS CLI or curl works against it.
 * The gateway reads the caller from a signature and does not verify it: everyone on this machine is the developer.
 *
 * @throws Error in one line if the port is not available.
 */
export async function startGateway(o: GatewayOptions): Promise<Gateway> {
  async function answer(request: IncomingMessage): Promise<AwsResponse> {
    const target = request.url?.startsWith('/') ? request.url : '/'
    // The target is not resolved as a relative URL, because a leading `//` would begin a host.
    const url = new URL(`http://127.0.0.1${target}`)
    const [path = '/'] = target.split('?')
    const { caller, signedFor, inQuery } = signatureOf(request, url)
    const header = String(request.headers['x-amz-target'] ?? '')
    const [prefix = '', named = ''] = header.split('.')
    const found = o.services.filter(({ targets, rest }) => {
      if (header !== '') return targets.includes(prefix)
      if (signedFor === undefined) return rest?.open?.takes(path)
      return rest?.signedFor === signedFor && (!inQuery || rest.open !== undefined)
    })
    let service = found[0]
    if (service === undefined && header === '' && signedFor === undefined)
      return o.page(url, request) ?? unknownPage

    const method = request.method ?? ''
    const { headers } = request
    const body = service?.rest?.open ? Buffer.alloc(0) : await readBody(request)
    const query = isForm(request) ? withForm(url.searchParams, body) : url.searchParams
    const operationOf = ({ rest }: AwsService) => rest?.operationOf(method, path, query, headers)
    // Functions and event source mappings are two services here, with the same name.
    if (header === '') service = found.find((one) => operationOf(one) !== undefined) ?? service
    const operation = header === '' && service !== undefined ? operationOf(service) : named
    const action = query.get('Action')
    const what = header === '' ? `${signedFor ?? 'unsigned'}: ${action ?? `${method} ${path}`}` : header
    const call = { operation: operation ?? '', path, body, message: request, headers, caller }
    try {
      return await carryOut(call, service, what)
    } catch (error) {
      if (error instanceof LostAnswer) throw error
      if (service?.rest?.open) return service.rest.open.wordError(errorOf(error, o.log), call)
      if (header === '' && action !== null) return queryError(errorOf(error, o.log))
      throw error
    }
  }

  async function carryOut(call: AwsRequest, service: AwsService | undefined, what: string) {
    if (service === undefined || !Object.hasOwn(service.operations, call.operation)) {
      const there = service && `, or one of this service: ${Object.keys(service.operations).join(', ')}`
      const message = `${what} is not modelled by the local cloud: use what docs/local-cloud.md lists${there ?? ''}`
      throw new AwsError('UnknownOperationException', message)
    }
    const refusal = refusalOfPage(call, service) ?? o.refusal(call, service)
    if (refusal !== undefined) {
      o.log(call.caller ?? 'gateway', `refused: ${refusal}`)
      throw new AwsError('AccessDeniedException', refusal)
    }
    return service.handle(call)
  }

  const ownsCors = ({ url = '' }: IncomingMessage) =>
    o.services.some(({ rest }) => rest?.open?.takes(url.split('?')[0] ?? ''))
  const server = createServer(
    behindGate({ origins: o.origins, ownsCors }, (request, response) => {
      answer(request)
        .catch((error: unknown) =>
          error instanceof LostAnswer ? undefined : errorResponse(errorOf(error, o.log)),
        )
        .then((answered) => (answered ? send(request, response, answered) : response.destroy()))
        .catch((error: unknown) => {
          o.log('gateway', `could not send an answer: ${String(error)}`)
          response.destroy()
        })
    }),
  )
  const port = await listen(server, o.port, 'AWS_PORT')
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/**
 * Returns the signer of a request, and the service that it is signed for. A function signs with its logical id as its
 * access key id. The user of a presigned URL is not its signer, so only its service is returned.
 */
function signatureOf(
  request: IncomingMessage,
  url: URL,
): { caller?: string; signedFor?: string; inQuery?: boolean } {
  const { authorization } = request.headers
  const presigned = url.searchParams.get('X-Amz-Credential')?.split('/')[3]
  if (authorization === undefined && presigned) return { signedFor: presigned, inQuery: true }
  const { caller, signedFor } = credentialOf(authorization ?? '') ?? {}
  return { ...(caller && { caller }), ...(signedFor && { signedFor }) }
}

function isForm({ headers }: IncomingMessage): boolean {
  return headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
}

/** Returns the parameters of a call in the query protocol: those of its query and of the form in its body. */
function withForm(query: URLSearchParams, body: Buffer): URLSearchParams {
  return new URLSearchParams([...query, ...new URLSearchParams(body.toString())])
}

/**
 * Returns why a web page may not make a call that has no signature in its headers; `undefined` if it needs no
 * permission.
 */
function refusalOfPage(call: AwsRequest, service: AwsService): string | undefined {
  const isUnsigned = call.headers.authorization === undefined && service.rest?.open === undefined
  if (!isUnsigned || !isFromPage(call) || service.permissions(call).length === 0) return undefined
  return 'A web page does not act as the developer: sign the request, or send it from outside a browser'
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) throw new AwsError('RequestEntityTooLarge', 'The request is too large', 413)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function errorOf(error: unknown, log: Log): AwsError {
  if (error instanceof AwsError) return error
  if (error instanceof WriteFailure) {
    log('gateway', error.message)
    return new AwsError('InternalFailure', error.message, 500)
  }
  log('gateway', `failed: ${error instanceof Error ? error.stack : error}`)
  return new AwsError('InternalFailure', 'The local cloud failed', 500)
}

function errorResponse({ code, message, status }: AwsError): AwsResponse {
  // `message` or `Message`: services differ, and clients read both.
  const body = JSON.stringify({ __type: code, message, Message: message })
  // REST clients look for the code in a header.
  return { status, headers: { 'x-amzn-errortype': code }, body }
}

const unknownPage: AwsResponse = {
  status: 404,
  headers: { 'content-type': 'text/plain' },
  body: 'This is the AWS gateway of the local cloud. AWS clients take it as their endpoint; mail is at /_local/mail.\n',
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: AwsResponse,
): void {
  // The rest of a refused body is read and dropped, because some clients read the answer only after they have sent
  // the whole body.
  request.removeAllListeners('readable').resume()
  response.writeHead(status, {
    'content-type': request.headers['content-type'] ?? 'application/x-amz-json-1.0',
    'x-amzn-requestid': randomUUID(),
    ...(typeof body !== 'function' && { 'content-length': Buffer.byteLength(body) }),
    ...headers,
  })
  if (typeof body !== 'function') response.end(body)
  else pipeline(body(), response, () => {}) // if either side fails, the connection ends
}
