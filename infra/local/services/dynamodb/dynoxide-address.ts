import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** The address that the engine listens on. */
export interface EngineAddress {
  readonly host: string
  readonly port: number
}

/**
 * Returns a random free port on a random address of 127.0.0.0/8, if this system has such addresses (Linux and Windows
 * do); otherwise a port of 127.0.0.1. The engine answers pages of every origin, so its address must be hard to guess.
 */
export async function freeAddress(): Promise<EngineAddress> {
  const byte = (least: number) => randomInt(least, 255)
  const host = `127.${byte(1)}.${byte(0)}.${byte(1)}`
  for (const one of [host, '127.0.0.1']) {
    const port = await freePort(one)
    if (port !== undefined) return { host: one, port }
  }
  throw new Error('No port of 127.0.0.1 is free for the embedded DynamoDB')
}

/** Returns a free port of a host; `undefined` if this system has no such address. */
async function freePort(host: string): Promise<number | undefined> {
  const server = createServer().listen(0, host)
  try {
    await once(server, 'listening')
  } catch {
    return undefined
  }
  // A listening TCP server has an address of this type.
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
