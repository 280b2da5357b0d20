import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Log } from '../../gateway/aws-service.ts'
import { behindGate, noOrigins } from '../../gateway/gate.ts'
import { listen } from '../../gateway/listen.ts'
import type { RuntimeClient } from './environment.ts'

export interface RuntimeApi {
  /** `AWS_LAMBDA_RUNTIME_API` of an environment. */
  addressOf(environmentId: string): string
  close(): Promise<void>
}

/**
 * Serves the Lambda Runtime API to the processes of functions, each under the id of its environment (Lambda developer
 * guide, "Using the Lambda runtime API for custom runtimes").
 */
export async function startRuntimeApi(o: {
  readonly environment: (id: string) => RuntimeClient | undefined
  readonly log: Log
}): Promise<RuntimeApi> {
  const server = createServer(
    behindGate({ origins: noOrigins }, (request, response) => {
      answer(request, response).catch((error: unknown) => {
        o.log('lambda', `the runtime API failed: ${String(error)}`)
        response.destroy()
      })
    }),
  )
  // A function may be idle for any time.
  server.keepAliveTimeout = 0
  server.requestTimeout = 0
  const port = await listen(server, 0, 'PORT')

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, id = '', version, runtime, ...path] = (request.url ?? '').split('/')
    const environment = o.environment(id)
    if (environment === undefined || version !== '2018-06-01' || runtime !== 'runtime') {
      response.writeHead(404).end()
      return
    }
    const body = Buffer.concat(await request.toArray()).toString()
    const [kind, requestId = '', outcome] = path
    if (kind === 'invocation' && requestId === 'next') return environment.next(response)
    if (kind === 'init') environment.fail(body)
    else if (kind === 'invocation' && outcome === 'response') environment.respond(requestId, body)
    else if (kind === 'invocation' && outcome === 'error') environment.respondError(requestId, body)
    response.writeHead(202).end()
  }

  return {
    addressOf: (id) => `127.0.0.1:${port}/${id}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
