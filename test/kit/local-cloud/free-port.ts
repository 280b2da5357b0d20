import { createServer } from 'node:net'
import { listen } from '../../../infra/local/index.ts'

/** A port that was free a moment ago, for programs that cannot pick one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server, 0, 'PORT')
  await new Promise((closed) => server.close(closed))
  return port
}
