import { randomUUID } from 'node:crypto'
import { insist } from '../kit/faults/insist.ts'
import { type ClientConfig, type Person, signUp } from '../kit/people/person.ts'
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

/** The people who write, and a project that all of them may change. */
export interface Crew {
  readonly people: readonly Person[]
  readonly shared: Acknowledged
}

/** Signs the people up and makes the project, on a local cloud where nothing goes wrong yet. */
export async function gatherCrew(config: ClientConfig): Promise<Crew> {
  const [owner, ...others] = [await signUp(config), await signUp(config), await signUp(config)]
  const shared = await acknowledge(owner, 'create-project', undefined)
  for (const { email } of others) {
    const added = await insist(owner, 'add-project-member', {
      projectId: shared.projectId,
      email,
      role: 'editor',
    })
    if (added.status !== 200) throw new Error(`a member was refused: ${JSON.stringify(added.body)}`)
  }
  return { people: [owner, ...others], shared }
}

async function acknowledge(
  by: Person,
  command: string,
  projectId: string | undefined,
  onRepeat?: () => void,
): Promise<Acknowledged> {
  const text = randomUUID()
  const field = command === 'describe-project' ? { description: text } : { title: text }
  const { status, body } = await insist(by, command, { ...field, ...(projectId && { projectId }) }, onRepeat)
  if (status !== 200) throw new Error(`${command} was refused: ${status} ${JSON.stringify(body)}`)
  return { command, text, projectId: String(body['id']), version: Number(body['version']), by }
}

/**
 * Lets the crew change its project and create others, each as fast as it is answered. Nothing that they send may be
 * refused, so that every command has to be accepted at last, whatever breaks meanwhile.
 */
export function startLoad({ people, shared }: Crew, seed: string): Load {
  const acknowledged: Acknowledged[] = [shared]
  let repeats = 0
  let stopping = false

  async function write(person: Person, writer: number): Promise<void> {
    const chance = seeded(`${seed} writer ${writer}`)
    const own: string[] = []
    while (!stopping) {
      const command = chance.pick(['create-project', 'rename-project', 'rename-project', 'describe-project'])
      const projects = [shared.projectId, shared.projectId, ...own.slice(-3)]
      const projectId = command === 'create-project' ? undefined : chance.pick(projects)
      const one = await acknowledge(person, command, projectId, () => repeats++)
      acknowledged.push(one)
      if (projectId === undefined) own.push(one.projectId)
    }
  }

  const all = Array.from({ length: writers }, (_, writer) => {
    const person = people[writer % people.length] ?? shared.by
    return write(person, writer)
  })
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
