import { createFaults } from '../../infra/local/index.ts'
import { type Seeded, seeded } from '../kit/seeded.ts'
import type { Outcome } from './answers.ts'
import type { SimulatedApp } from './app.ts'
import { type SimulatedBackend, simulatedBackend } from './backend.ts'
import { simulatedClient } from './client.ts'
import { deliverStream } from './delivery.ts'
import { checkLaws } from './laws.ts'
import { operate } from './operator.ts'
import type { Simulated } from './schedules.ts'
import { type VirtualClock, virtualClock } from './virtual-clock.ts'
import { maxDelayMs, weatherOf } from './weather.ts'

const people = ['1', '2', '3', '4']
const commandsEach = 6

/**
 * Runs one schedule of a whole backend. People send commands, every fault may happen, and the laws are
 * checked once everything is idle. The same seed gives the same schedule. Throws an Error with the seed and
 * the broken law.
 */
export async function simulate(app: SimulatedApp, seed: string): Promise<Simulated> {
  const chance = seeded(seed)
  const faults = createFaults()
  const clock = virtualClock(seed)
  const backend = simulatedBackend(app, clock, faults, seed)
  faults.shake(weatherOf(seed, chance))
  try {
    const outcomes = await clock.run(schedule(app, backend, { clock, faults, chance, seed }))
    await checkLaws(app, backend, outcomes)
    const commits = backend.table.all().length
    return { commands: outcomes.length, commits, took: clock.elapsed(), fired: faults.fired() }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`schedule "${seed}": ${message}`, { cause })
  }
}

async function schedule(
  app: SimulatedApp,
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
  // A first command registers each person; then one stream is shared with most of them.
  outcomes.push(...(await Promise.all(clients.map(({ client }) => app.arrive(client)))))
  const [first] = clients
  if (first === undefined) throw new Error('there are people')
  const begun = await app.begin(first.client, people.slice(1))
  outcomes.push(...begun.outcomes)
  const known = [begun.shared]
  const all = clients.map(async ({ client, userId }) => {
    for (let n = 0; n < commandsEach; n++)
      outcomes.push(await app.act(client, { userId, people }, known, chance))
  })
  const operated = chance.next() < 0.5 ? operate(app, backend, clock, seeded(`${seed} operator`)) : undefined
  await Promise.all(all)
  faults.calm()
  await operated
  // Requests that are still under way may take effect.
  await clock.sleep(maxDelayMs)
  backend.stream.close()
  await Promise.all(streams)
  return outcomes
}
