import { randomUUID } from 'node:crypto'
import type { Clock } from '../../domain/kernel/clock.ts'
import { addCost, type Cost, noCost } from '../../domain/kernel/cost.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import type { ReservationReader } from '../../domain/kernel/reservation.ts'
import { type Measure, noMeasure } from '../aws/measure.ts'
import { deadlineIn } from '../aws/system-clock.ts'
import { commandIdOf, createdIdOf, digestOf } from '../execution/command-id.ts'
import type { Executed } from '../execution/execute.ts'
import { createStateCache } from '../execution/state-cache.ts'
import { type AccessPorts, createAccess, type Register } from './access.ts'
import type { ApiRequest, ApiResponse } from './api.ts'
import { idempotencyKeyOf, queryParametersOf } from './client-text.ts'
import { commandNameOf, expectedVersionOf, jsonBodyOf } from './command-request.ts'
import type { CommandContract, FeatureContract } from './contract-types.ts'
import type { CommandContext, CommandHandler, CommandHandlers, Target } from './handler-types.ts'
import { HttpProblem } from './http-problem.ts'
import { encodePosition } from './position.ts'
import { problemKinds } from './problem-details.ts'
import { validate } from './validate.ts'

/** Maximum time of a command, in milliseconds. After this time it fails with 503. */
const commandDeadlineMs = 10_000
/** How long before its time-out a function gives up on a command, in milliseconds. */
const reserveMs = 500

/** The ports that every command API needs. */
export interface CommandPorts {
  readonly store: EventStore
  readonly reservations: ReservationReader
  readonly register: Register
  readonly clock: Clock
}

export interface CommandApi extends CommandPorts, Pick<AccessPorts, 'accountStatusOf'> {
  /** The contract's commands. */
  readonly commands: FeatureContract['commands']
  /** The handlers of the commands that this function executes. */
  readonly handlers: CommandHandlers
  /** Counts commands by name and outcome. Without it, nothing is counted. */
  readonly measure?: Measure
}

/** Makes the function that answers the requests of a command API. It caches the states that its commands load. */
export function commandHandler(api: CommandApi): (request: ApiRequest) => Promise<ApiResponse> {
  const { commands, measure = noMeasure } = api
  const handle = createHandle(api)
  return async (request) => {
    const { userId: actorId } = request.identity()
    const name = commandNameOf(request, commands)
    try {
      const { response, events } = await handle(request, actorId, name)
      measure({ EventsAppended: events }, { command: name, outcome: 'accepted' })
      return response
    } catch (error) {
      const failed = isFailure(error)
      const metric = failed ? 'CommandsFailed' : 'CommandsRejected'
      measure({ [metric]: 1 }, { command: name, outcome: failed ? 'failed' : 'rejected' })
      throw error
    }
  }
}

/** Whether the API answers an error with a 5xx. */
function isFailure(error: unknown): boolean {
  if (!(error instanceof Problem || error instanceof HttpProblem)) return true
  return problemKinds[error.code].status >= 500
}

type Handle = (
  request: ApiRequest,
  actorId: string,
  name: string,
) => Promise<{ readonly response: ApiResponse; readonly events: number }>

/** Makes the function that executes the command of this name. */
function createHandle(api: CommandApi): Handle {
  const { commands, handlers, store, reservations, clock } = api
  const access = createAccess(api)
  const stateCache = createStateCache()

  return async (request, actorId, name) => {
    const { correlationId } = request
    const { contract, handler } = handledBy(name, commands, handlers)
    queryParametersOf(request, [])
    const expectedVersion = expectedVersionOf(request, name, contract)
    const key = idempotencyKeyOf(request) ?? randomUUID()
    const commandId = commandIdOf(actorId, name, key)
    const deadline = deadlineIn(Math.min(commandDeadlineMs, request.remainingMs() - reserveMs), clock)

    return access.admit({ userId: actorId, correlationId, deadline, commandId }, async (admitted) => {
      const body = validate(contract.body, jsonBodyOf(request), 'body')
      const createdId = createdIdOf(commandId)
      const context: CommandContext = {
        actorId,
        createdId,
        store,
        reservations,
        now: clock.now(),
        deadline,
      }
      const target = await handler(body, context)
      const executed = await target.execute(
        {
          commandId,
          digest: digestOf(body),
          creates: contract.creates,
          expectedVersion,
          correlationId,
          causationId: request.requestId,
        },
        { store, clock, deadline, stateCache },
      )
      if (target.closesAccount) access.remember(actorId, { status: 'deleted', by: commandId })
      const response = await answerOf(name, target, executed, admitted)
      return { response, events: executed.events.length }
    })
  }
}

/** Returns the contract and the handler of a command. Throws `not-found` if another function executes it. */
function handledBy(
  name: string,
  commands: FeatureContract['commands'],
  handlers: CommandHandlers,
): { contract: CommandContract; handler: CommandHandler<unknown> } {
  const contract = commands[name]
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined
  if (contract === undefined || handler === undefined)
    throw new Problem('not-found', 'There is no such command.')
  // `HandlersOf` has checked that the handler accepts the body that this contract parses. The look-up by name loses
  // this fact.
  return { contract, handler: handler as CommandHandler<unknown> }
}

/** Makes the answer to an executed command. `admitted` is the cost of the access check. */
async function answerOf(
  name: string,
  { id, stream, cost: prepared = noCost, answer }: Target,
  { version, events, cost }: Executed,
  admitted: Cost,
): Promise<ApiResponse> {
  const more = await answer?.()
  return {
    status: 200,
    headers: { etag: `"${version}"`, 'cache-control': 'no-store' },
    body: { id, stream, version, events, position: encodePosition({ stream, version }), ...more?.fields },
    log: {
      command: name,
      stream,
      version,
      events: events.map(({ type }) => type),
      cost: [admitted, prepared, more?.cost ?? noCost].reduce(addCost, cost),
    },
  }
}
