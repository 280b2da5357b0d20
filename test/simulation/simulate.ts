import { createFaults } from '../../infra/local/index.ts'
import { type Seeded, seeded } from '../kit/seeded.ts'
import { type SimulatedBackend, simulatedBackend } from './backend.ts'
import { type Client, type CommandAnswer, type Outcome, simulatedClient } from './client.ts'
import { deliverStream } from './delivery.ts'
import { checkLaws } from './laws.ts'
import { operate } from './operator.ts'
import type { Simulated } from './schedules.ts'
import { type VirtualClock, virtualClock } from './virtual-clock.ts'
import { maxDelayMs, weatherOf } from './weather.ts'

const people = ['1', '2', '3', '4']
const commandsEach = 6

/**
 * One schedule of the whole backend: some people send commands, everything that can go wrong does, and when all has come
 * to rest the laws are checked. The same seed gives the same schedule. Throws an Error with the seed and the law.
 */
export async function simulate(seed: string): Promise<Simulated> {
  const chance = seeded(seed)
  const faults = createFaults()
  const clock = virtualClock(seed)
  const backend = simulatedBackend(clock, faults, seed)
  faults.shake(weatherOf(seed, chance))
  try {
    const outcomes = await clock.run(schedule(backend, { clock, faults, chance, seed }))
    await checkLaws(backend, outcomes)
    const commits = backend.table.all().length
    return { commands: outcomes.length, commits, took: clock.elapsed(), fired: faults.fired() }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`schedule "${seed}": ${message}`, { cause })
  }
}

async function schedule(
  backend: SimulatedBackend,
  world: { clock: VirtualClock; faults: ReturnType<typeof createFaults>; chance: Seeded; seed: string },
): Promise<Outcome[]> {
  const { clock, faults, chance, seed } = world
  const streams = (['projector', 'forwarder'] as const).map((name) =>
    deliverStream({
      name,
      clock,
      faults,
      stream: backend.stream,
      target: backend[name],
      chance: seeded(`${seed} ${name}`),
    }),
  )
  const outcomes: Outcome[] = []
  const clients = people.map((userId) => ({
    userId,
    client: simulatedClient(userId, backend, clock, seeded(`${seed} client ${userId}`)),
  }))
  // Everyone is registered by a first command; then most are members of one project.
  const named = clients.map(({ client, userId }) =>
    client.command('change-profile', { name: `Person ${userId}` }),
  )
  outcomes.push(...(await Promise.all(named)))
  const [first] = clients
  if (first === undefined) throw new Error('there are people')
  const { outcomes: begun, shared } = await createShared(first.client)
  outcomes.push(...begun)
  const projects = [shared]
  const all = clients.map(async ({ client, userId }) => {
    for (let n = 0; n < commandsEach; n++) outcomes.push(await act(client, userId, projects, chance))
  })
  const operated = chance.next() < 0.5 ? operate(backend, clock, seeded(`${seed} operator`)) : undefined
  await Promise.all(all)
  faults.calm()
  await operated
  // What is on its way may still be carried out.
  await clock.sleep(maxDelayMs)
  backend.stream.close()
  await Promise.all(streams)
  return outcomes
}

/** Creates a project of all of them, which they start with. */
async function createShared(client: Client): Promise<{ outcomes: Outcome[]; shared: CommandAnswer }> {
  const created = await client.command('create-project', { title: 'Atlas' })
  const shared = created.answers[0]?.answer
  if (shared === undefined) throw new Error('a command has an answer')
  const outcomes = [created]
  for (const person of people.slice(1)) {
    const body = { projectId: shared.id, email: `${person}@example.com`, role: 'editor' }
    outcomes.push(await client.command('add-project-member', body))
  }
  return { outcomes, shared }
}

/** Sends one command of many, mostly to a project that several change. */
async function act(
  client: Client,
  userId: string,
  projects: CommandAnswer[],
  chance: Seeded,
): Promise<Outcome> {
  const known = chance.pick([...projects.slice(0, 1), ...projects])
  const projectId = known.id
  const other = chance.pick(people)
  const word = chance.pick(['Atlas', 'Globe'])
  // What stands twice comes twice as often.
  const commands: readonly (readonly [string, object])[] = [
    ['rename-project', { projectId, title: word }],
    ['rename-project', { projectId, title: `${word} ${userId}` }],
    ['rename-project', { projectId, title: word }],
    ['describe-project', { projectId, description: word }],
    [
      'add-project-member',
      { projectId, email: `${other}@example.com`, role: chance.pick(['editor', 'viewer']) },
    ],
    ['add-project-member', { projectId, email: `${other}@example.com`, role: 'editor' }],
    ['remove-project-member', { projectId, userId: other }],
    ['archive-project', { projectId }],
    ['restore-project', { projectId }],
    ['change-profile', { name: word }],
    ['delete-account', {}],
  ]
  const create = chance.next() < 0.05
  const [name, body] = create ? ['create-project', { title: word }] : chance.pick(commands)
  const matches = !create && /project$/.test(name) && chance.next() < 0.15
  const outcome = await client.command(name, body, matches ? { 'if-match': `"${known.version}"` } : {})
  const written = outcome.answers.find(({ status }) => status === 200)?.answer
  if (written?.stream.startsWith('project-')) {
    if (create) projects.push(written)
    await client.readProject(written.id, written)
  }
  return outcome
}
