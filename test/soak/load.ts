import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, type ClientConfig, type Person, signUp } from '../kit/person.ts'
import { seeded } from '../kit/seeded.ts'

/** A command that was answered with 200. */
export interface Acknowledged {
  readonly command: string
  readonly projectId: string
  /** What it wrote that no other command did. */
  readonly text: string
  /** Of its one event. */
  readonly version: number
  readonly by: Person
}

export interface Load {
  /** What was acknowledged so far. */
  readonly acknowledged: readonly Acknowledged[]
  /** How often a request had to be repeated so far. */
  repeats(): number
  /** Lets every writer finish the command that it is at. Throws what a writer was refused with. */
  stop(): Promise<void>
}

const writers = 6
/** Nobody waits longer for an answer; the same command is then sent again. */
const patienceMs = 5_000

/**
 * Writers that change one project of all of them and create others, each as fast as it is answered. They repeat with
 * the same key what got no answer, so that every command has to be accepted at last, whatever breaks meanwhile.
 */
export async function startLoad(config: ClientConfig, seed: string): Promise<Load> {
  const acknowledged: Acknowledged[] = []
  let repeats = 0
  let stopping = false

  async function insist(person: Person, command: string, body: object): Promise<Answer> {
    const headers = { 'idempotency-key': randomUUID() }
    for (;;) {
      const late = delay(patienceMs, undefined, { ref: false })
      const answer = await Promise.race([person.command(command, body, headers), late]).catch(() => undefined)
      if (answer?.status === 200) return answer
      if (answer !== undefined && answer.status < 500 && answer.status !== 429) {
        throw new Error(`${command} was refused: ${answer.status} ${JSON.stringify(answer.body)}`)
      }
      repeats++
      await delay(50)
    }
  }

  async function send(person: Person, command: string, projectId: string | undefined): Promise<string> {
    const text = randomUUID()
    const field = command === 'describe-project' ? { description: text } : { title: text }
    const { body } = await insist(person, command, { ...field, ...(projectId && { projectId }) })
    const [id, version] = [String(body['id']), Number(body['version'])]
    acknowledged.push({ command, text, projectId: id, version, by: person })
    return id
  }

  async function write(person: Person, shared: string, writer: number): Promise<void> {
    const chance = seeded(`${seed} writer ${writer}`)
    const own: string[] = []
    while (!stopping) {
      const command = chance.pick(['create-project', 'rename-project', 'rename-project', 'describe-project'])
      const projectId =
        command === 'create-project' ? undefined : chance.pick([shared, shared, ...own.slice(-3)])
      const id = await send(person, command, projectId)
      if (projectId === undefined) own.push(id)
    }
  }

  const owner = await signUp(config)
  const shared = await send(owner, 'create-project', undefined)
  const people = [owner, ...(await Promise.all([signUp(config), signUp(config)]))]
  // Whoever signed up may be a moment away from being registered.
  for (const { email, query } of people.slice(1)) {
    await query('/me')
    await insist(owner, 'add-project-member', { projectId: shared, email, role: 'editor' })
  }
  const all = Array.from({ length: writers }, (_, writer) =>
    write(people[writer % people.length] ?? owner, shared, writer),
  )
  const ended = Promise.allSettled(all)
  return {
    acknowledged,
    repeats: () => repeats,
    async stop() {
      stopping = true
      await ended
      await Promise.all(all)
    },
  }
}
