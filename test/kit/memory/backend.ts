import type { PostConfirmationTriggerEvent } from 'aws-lambda'
import { commands, contract, queries } from '../../../commands/contract.ts'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../../commands/event-store/memory-commit-table.ts'
import { commandHandlers } from '../../../commands/handlers.ts'
import type { Register } from '../../../commands/http/access.ts'
import { apiHandler } from '../../../commands/http/api.ts'
import { commandHandler } from '../../../commands/http/handle-command.ts'
import { openApi } from '../../../commands/http/openapi/document.ts'
import { type Directory, type Person, personOf } from '../../../commands/registration/directory.ts'
import { registrationHandler } from '../../../commands/registration/registration-handler.ts'
import { checkRegistered } from '../../../commands/registration/registration-message.ts'
import { uploadFormHandlers } from '../../../commands/upload/handlers.ts'
import type { UploadForms } from '../../../commands/upload/upload-forms.ts'
import { accountStatusFrom } from '../../../commands/user/account-status.ts'
import { createMemoryRowStore } from '../../../projections/engine/memory-row-store.ts'
import { createMemoryGenerationLists } from '../../../projections/generations/memory-generation-lists.ts'
import { queryHandlers } from '../../../projections/queries.ts'
import { queryHandler } from '../../../projections/query/handle-query.ts'
import { uploadQueries } from '../../../projections/upload/queries.ts'
import { accounts } from '../../../projections/user/accounts.ts'
import { versions } from '../../../projections/versions.ts'
import { manualClock } from '../clocks/manual-clock.ts'
import { readableLinks } from '../upload/file-links.ts'
import { withDynamoLimits } from './dynamo-limits.ts'
import { lambdaContext, requestsTo } from './requests.ts'

/** Forms that contain only the id of the upload. */
const forms: UploadForms = {
  async formFor(uploadId, { expiresAt }) {
    return { method: 'POST', url: 'https://files.example.com', fields: { key: uploadId }, expiresAt }
  },
}

/**
 * Both APIs and the registration over one event store in memory. There is no projector: a query catches up
 * the streams that it shows. A new pair of APIs represents another environment of the same backend.
 */
export function backend() {
  const table = withDynamoLimits(createMemoryCommitTable())
  const clock = manualClock()
  const store = createEventStore(table, clock)
  const rows = withDynamoLimits(createMemoryRowStore())
  const lists = createMemoryGenerationLists()

  const people = new Map<string, Person>()
  const lookUps: string[] = []
  const groups = new Map<string, readonly string[]>()
  const directory: Directory = {
    async find(_pool, userId) {
      lookUps.push(userId)
      return people.get(userId)
    },
  }
  const registrationErrors: unknown[] = []
  const logger = { info() {}, error: (...[message]: unknown[]) => void registrationErrors.push(message) }
  const registration = registrationHandler({ store, directory, clock, logger })
  const register: Register = async ({ userId, correlationId }) => {
    // As JSON, like an event that came over the network.
    const request = JSON.parse(JSON.stringify({ userPoolId: 'pool', userId, correlationId }))
    checkRegistered(JSON.parse(JSON.stringify(await registration(request, lambdaContext))))
  }

  const environment = () => ({
    commands: apiHandler(
      commandHandler({
        commands,
        handlers: { ...commandHandlers, ...uploadFormHandlers(forms) },
        accountStatusOf: accountStatusFrom(store),
        store,
        reservations: table,
        register,
        clock,
      }),
    ),
    queries: apiHandler(
      queryHandler({
        queries,
        handlers: { ...queryHandlers, ...uploadQueries(readableLinks) },
        openApi: (apiUrl) => openApi(apiUrl, contract),
        accounts,
        versions,
        store,
        rows,
        lists,
        register,
        clock,
      }),
    ),
  })
  let apis = environment()
  const claimsOf = (sub: string) => ({
    token_use: 'access',
    sub,
    // In the format that API Gateway uses for a list.
    ...(groups.has(sub) && { 'cognito:groups': `[${groups.get(sub)?.join(' ')}]` }),
  })

  return {
    table,
    clock,
    store,
    rows,
    lists,
    people,
    /** The groups that each person's token names. */
    groups,
    lookUps,
    registration,
    registrationErrors,
    restart() {
      apis = environment()
    },
    /** Signs a person up without the trigger. */
    signUp(userId: string, attributes: Readonly<Record<string, string>> = {}) {
      people.set(userId, personOf({ email: `${userId}@example.com`, name: userId, ...attributes }))
    },
    /** Calls the trigger as Cognito does. */
    confirm(userId: string, attributes: Readonly<Record<string, string>> = {}, triggerSource?: string) {
      return registration(confirmationOf(userId, attributes, triggerSource), lambdaContext)
    },
    ...requestsTo(() => apis, contract, claimsOf),
  }
}

/**
 * The event that Cognito sends when a person has confirmed their address, or another event of the trigger.
 */
function confirmationOf(
  userId: string,
  attributes: Readonly<Record<string, string>>,
  triggerSource = 'PostConfirmation_ConfirmSignUp',
): PostConfirmationTriggerEvent {
  const userAttributes = { sub: userId, email: `${userId}@example.com`, ...attributes }
  return {
    version: '1',
    region: 'eu-west-1',
    userPoolId: 'pool',
    userName: userId,
    callerContext: { awsSdkVersion: '', clientId: '' },
    triggerSource,
    request: { userAttributes },
    response: {},
  } as PostConfirmationTriggerEvent // Cognito may send sources that its types do not list.
}
