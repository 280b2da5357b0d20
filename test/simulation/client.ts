import type { ApiResponse } from '../../commands/http/api.ts'
import type { Seeded } from '../kit/seeded.ts'
import type { Client, CommandAnswer } from './answers.ts'
import type { SimulatedBackend } from './backend.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Maximum number of tries of a good client. In the worst storm one try in twenty succeeds, so these always suffice. */
const maxTries = 300

/** A person whose client repeats a request with the same key until it gets a definite answer. */
export function simulatedClient(
  userId: string,
  { commands, queries }: SimulatedBackend,
  clock: VirtualClock,
  chance: Seeded,
): Client {
  let keys = 0

  async function insist(send: () => Promise<ApiResponse>, what: string): Promise<ApiResponse> {
    for (let tries = 0; tries < maxTries; tries++) {
      const response = await send().catch(() => undefined)
      if (response !== undefined && response.status < 500) return response
      await clock.sleep(chance.between(50, 300))
    }
    throw new Error(`${what} got no answer in ${maxTries} tries`)
  }

  return {
    async command(name, body, headers = {}) {
      const key = `${userId}/${++keys}`
      const request = {
        method: 'POST' as const,
        route: '/commands/{name}',
        parameters: { name },
        userId,
        headers: { 'idempotency-key': key, ...headers },
        body: JSON.stringify(body),
      }
      const send = () => insist(() => commands.invoke(request), `${name} ${key}`)
      const again = () => clock.sleep(chance.between(0, 400)).then(send)
      const responses = await Promise.all(chance.next() < 0.4 ? [send(), again()] : [send()])
      const answers = responses.map(({ status, body }) => ({ status, answer: body as CommandAnswer })) // the body of a 200
      return { name, answers }
    },

    async read(route, parameters, { position, version, stream }) {
      const request = {
        method: 'GET' as const,
        route,
        parameters,
        userId,
        headers: { 'read-after': position },
      }
      const { status, body } = await insist(() => queries.invoke(request), stream)
      // A person who has lost access, or has closed the account, gets no version.
      const shown = status === 200 ? (body as { version: number }).version : Number.POSITIVE_INFINITY
      if (shown < version) throw new Error(`${stream} was shown at ${shown} to a client that knew ${version}`)
    },
  }
}
