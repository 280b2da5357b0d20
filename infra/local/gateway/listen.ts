import type { AddressInfo, Server } from 'node:net'

/**
 * Makes a server listen on 127.0.0.1; port 0 picks one. Resolves to the port.
 *
 * @throws Error of one line that names the variable for another port.
 */
export async function listen(server: Server, port: number, variable: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE' ? 'is in use' : `cannot be had (${error.code ?? error.message})`
      reject(
        new Error(`Port ${port} ${reason}: stop what listens there, or choose another with ${variable}=…`, {
          cause: error,
        }),
      )
    })
    server.listen(port, '127.0.0.1', resolve)
  })
  // A listening TCP server has an address of this type.
  return (server.address() as AddressInfo).port
}
