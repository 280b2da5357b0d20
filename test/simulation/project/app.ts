import { contract } from '../../../commands/contract.ts'
import { commandHandlers } from '../../../commands/handlers.ts'
import { registrationHandler } from '../../../commands/registration/registration-handler.ts'
import { checkRegistered } from '../../../commands/registration/registration-message.ts'
import { accountStatusFrom } from '../../../commands/user/account-status.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import { eventCatalogue } from '../../../projections/event-catalogue.ts'
import { queryHandlers } from '../../../projections/queries.ts'
import { uploadQueries } from '../../../projections/upload/queries.ts'
import { accounts } from '../../../projections/user/accounts.ts'
import { versions } from '../../../projections/versions.ts'
import { readableLinks } from '../../kit/upload/file-links.ts'
import type { SimulatedApp } from '../app.ts'

const logger = { info() {}, error() {} }
const directory = {
  find: async (_pool: string, userId: string) => ({
    email: `${userId}@example.com`,
    name: userId,
    emailVerified: true,
  }),
}

/** The sample. Its people change one shared project, a few of their own, and their accounts. */
export const sampleApp: SimulatedApp = {
  contract,
  handlers: commandHandlers,
  queryHandlers: { ...queryHandlers, ...uploadQueries(readableLinks) },
  accountStatusFrom,
  accounts,
  versions,
  catalogue: eventCatalogue,
  rebuilt: 'projects',

  registration(ports) {
    const handle = registrationHandler({ ...ports, directory, logger })
    return async (userId, remainingMs) => {
      const answer = await handle(
        { userPoolId: 'pool', userId, correlationId: 'registration' },
        { awsRequestId: 'registration', getRemainingTimeInMillis: remainingMs },
      )
      try {
        checkRegistered(answer)
        return undefined
      } catch (error) {
        if (error instanceof Problem) return error
        throw error
      }
    }
  },

  arrive: (client) => client.command('change-profile', { name: 'Somebody' }),

  async begin(client, others) {
    const created = await client.command('create-project', { title: 'Atlas' })
    const shared = created.answers[0]?.answer
    if (shared === undefined) throw new Error('a command has an answer')
    const outcomes = [created]
    for (const person of others) {
      const body = { projectId: shared.id, email: `${person}@example.com`, role: 'editor' }
      outcomes.push(await client.command('add-project-member', body))
    }
    return { outcomes, shared }
  },

  async act(client, { userId, people }, known, chance) {
    const project = chance.pick([...known.slice(0, 1), ...known])
    const projectId = project.id
    const email = `${chance.pick(people)}@example.com`
    const word = chance.pick(['Atlas', 'Globe'])
    // A command that is listed twice is sent twice as often.
    const commands: readonly (readonly [string, object])[] = [
      ['rename-project', { projectId, title: word }],
      ['rename-project', { projectId, title: `${word} ${userId}` }],
      ['rename-project', { projectId, title: word }],
      ['describe-project', { projectId, description: word }],
      ['add-project-member', { projectId, email, role: chance.pick(['editor', 'viewer']) }],
      ['add-project-member', { projectId, email, role: 'editor' }],
      ['remove-project-member', { projectId, userId: chance.pick(people) }],
      ['archive-project', { projectId }],
      ['restore-project', { projectId }],
      ['change-profile', { name: word }],
      ['delete-account', {}],
    ]
    const create = chance.next() < 0.05
    const [name, body] = create ? (['create-project', { title: word }] as const) : chance.pick(commands)
    const matches = !create && /project$/.test(name) && chance.next() < 0.15
    const outcome = await client.command(name, body, matches ? { 'if-match': `"${project.version}"` } : {})
    const written = outcome.answers.find(({ status }) => status === 200)?.answer
    if (written?.stream.startsWith('project-')) {
      if (create) known.push(written)
      await client.read('/projects/{projectId}', { projectId: written.id }, written)
    }
    return outcome
  },
}
