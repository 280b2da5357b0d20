import { randomUUID } from 'node:crypto'
import { insist } from '../kit/faults/insist.ts'
import { type ClientConfig, type Person, signUp } from '../kit/people/person.ts'
import { seeded } from '../kit/seeded.ts'
import { vehicle } from '../kit/vehicle.ts'

/** A command that was answered with 200. */
export interface Acknowledged {
  readonly command: string
  /** Id of the stream that it created or changed. */
  readonly id: string
  /** A text that no other command wrote. */
  readonly text: string
  /** The version of its one event. */
  readonly version: number
  readonly by: Person
}

export interface Load {
  /** The commands that were acknowledged so far. */
  readonly acknowledged: readonly Acknowledged[]
  /** Number of repeated requests so far. */
  repeats(): number
  /** Lets every writer finish its current command. Throws an Error if a writer was refused. */
  stop(): Promise<void>
}

const writers = 6

/** The people who write, and one stream that all of them may change. */
export interface Crew {
  readonly people: readonly Person[]
  readonly shared: Acknowledged
}

/** Signs the people up and creates the stream that they share, on a local cloud without faults so far. */
export async function gatherCrew(config: ClientConfig): Promise<Crew> {
  const [owner, ...others] = [await signUp(config), await signUp(config), await signUp(config)]
  const shared = await acknowledge(owner, vehicle.create)
  for (const { email } of others) {
    const added = await insist(owner, ...vehicle.share(shared.id, email))
    if (added.status !== 200) throw new Error(`a member was refused: ${JSON.stringify(added.body)}`)
  }
  return { people: [owner, ...others], shared }
}

async function acknowledge(
  by: Person,
  write: (text: string) => readonly [command: string, body: object],
  onRepeat?: () => void,
): Promise<Acknowledged> {
  const text = randomUUID()
  const [command, sent] = write(text)
  const { status, body } = await insist(by, command, sent, onRepeat)
  if (status !== 200) throw new Error(`${command} was refused: ${status} ${JSON.stringify(body)}`)
  return { command, text, id: String(body['id']), version: Number(body['version']), by }
}

/**
 * Makes the crew change the shared stream and create more, each person as fast as the answers arrive.
 * Nothing that they send may be refused, so every command must be accepted in the end, whatever fails
 * meanwhile.
 */
export function startLoad({ people, shared }: Crew, seed: string): Load {
  const acknowledged: Acknowledged[] = [shared]
  let repeats = 0
  let stopping = false

  async function write(person: Person, writer: number): Promise<void> {
    const chance = seeded(`${seed} writer ${writer}`)
    const own: string[] = []
    while (!stopping) {
      const [first, second] = vehicle.changes
      const act = chance.pick(['create', first, first, second] as const)
      const id = chance.pick([shared.id, shared.id, ...own.slice(-3)])
      const write = act === 'create' ? vehicle.create : (text: string) => act(id, text)
      const one = await acknowledge(person, write, () => repeats++)
      acknowledged.push(one)
      if (act === 'create') own.push(one.id)
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
