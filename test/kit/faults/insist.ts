import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Answer, Person } from '../people/person.ts'

/** Maximum time to wait for an answer; the same command is then sent again. */
const patienceMs = 5_000
const pauseMs = 50

/**
 * Sends a command as a good client does: with the same key, until there is an answer that does not ask for a
 * retry. `onRepeat` is called before each further try.
 */
export async function insist(
  person: Person,
  command: string,
  body: object,
  onRepeat: () => void = () => {},
): Promise<Answer> {
  const headers = { 'idempotency-key': randomUUID() }
  for (;;) {
    const late = delay(patienceMs, undefined, { ref: false })
    const answer = await Promise.race([person.command(command, body, headers), late]).catch(() => undefined)
    if (answer !== undefined && answer.status < 500 && answer.status !== 429) return answer
    onRepeat()
    await delay(pauseMs)
  }
}
