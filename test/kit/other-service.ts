import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Call {
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

/** Starts another service. `statusOf` returns the status of the answer to a call; 0 means that there is no answer. */
export async function startService(statusOf: (call: Call, index: number) => number = () => 204) {
  const calls: Call[] = []
  const server = createServer(async (request, response) => {
    const body: unknown = JSON.parse(Buffer.concat(await request.toArray()).toString())
    const call = { path: request.url, headers: request.headers, body }
    calls.push(call)
    const status = statusOf(call, calls.length - 1)
    if (status > 0) response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on a port
  return {
    calls,
    url: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
