import { deadlineIn } from '../../commands/aws/system-clock.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { fleetContract } from '../kit/fleet/backend.ts'
import { enlistIn, fleetAccountStatus, fleetHandlers } from '../kit/fleet/commands.ts'
import { fleetCatalogue, fleetVersions } from '../kit/fleet/fleet.ts'
import { fleetAccounts, fleetQueryHandlers } from '../kit/fleet/queries.ts'
import type { SimulatedApp } from './app.ts'

/** The fleet. Its people change one shared voyage, a few of their own, and their accounts. */
export const fleetApp: SimulatedApp = {
  contract: fleetContract,
  handlers: fleetHandlers,
  queryHandlers: fleetQueryHandlers,
  accountStatusFrom: fleetAccountStatus,
  accounts: fleetAccounts,
  versions: fleetVersions,
  catalogue: fleetCatalogue,
  rebuilt: 'voyages',

  registration({ store, clock }) {
    const enlist = enlistIn(store, clock)
    return async (userId, remainingMs) => {
      const deadline = deadlineIn(remainingMs() - 500, clock)
      try {
        await enlist({ userId, correlationId: 'registration', deadline })
        return undefined
      } catch (error) {
        if (error instanceof Problem) return error
        throw error
      }
    }
  },

  arrive: (client) => client.command('change-name', { name: 'Somebody' }),

  async begin(client, others) {
    const planned = await client.command('plan-voyage', { name: 'Atlas' })
    const shared = planned.answers[0]?.answer
    if (shared === undefined) throw new Error('a command has an answer')
    const outcomes = [planned]
    for (const sailorId of others)
      outcomes.push(await client.command('sign-on', { voyageId: shared.id, sailorId, role: 'mate' }))
    return { outcomes, shared }
  },

  async act(client, { userId, people }, known, chance) {
    const voyage = chance.pick([...known.slice(0, 1), ...known])
    const voyageId = voyage.id
    const sailorId = chance.pick(people)
    const word = chance.pick(['Atlas', 'Globe'])
    const ship = chance.pick(['Argo', 'ARGO', 'Beagle'])
    // A command that is listed twice is sent twice as often.
    const commands: readonly (readonly [string, object])[] = [
      ['rename-voyage', { voyageId, name: word }],
      ['rename-voyage', { voyageId, name: `${word} ${userId}` }],
      ['rename-voyage', { voyageId, name: word }],
      ['write-note', { voyageId, note: word }],
      ['charter-ship', { voyageId, ship }],
      ['charter-ship', { voyageId, ship }],
      ['return-ship', { voyageId }],
      ['sign-on', { voyageId, sailorId, role: chance.pick(['mate', 'hand']) }],
      ['sign-on', { voyageId, sailorId, role: 'mate' }],
      ['sign-off', { voyageId, sailorId }],
      ['postpone-voyage', { voyageId }],
      ['resume-voyage', { voyageId }],
      ['change-name', { name: word }],
      ['retire', {}],
    ]
    const create = chance.next() < 0.1
    const [name, body] = create ? (['plan-voyage', { name: word }] as const) : chance.pick(commands)
    const matches = 'voyageId' in body && chance.next() < 0.15
    const outcome = await client.command(name, body, matches ? { 'if-match': `"${voyage.version}"` } : {})
    const written = outcome.answers.find(({ status }) => status === 200)?.answer
    if (written?.stream.startsWith('voyage-')) {
      if (create) known.push(written)
      await client.read('/voyages/{voyageId}', { voyageId: written.id }, written)
    }
    return outcome
  },
}
