import { randomUUID } from 'node:crypto'
import type { Clock } from '../../domain/kernel/clock.ts'
import { addCost, noCost } from '../../domain/kernel/cost.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import type { ReservationReader } from '../../domain/kernel/reservation.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { user } from '../../domain/user/user.ts'
import { deadlineIn } from '../aws/system-clock.ts'
import { type CommandName, commands } from '../contract.ts'
import { stateAfter } from '../execution/cached-state.ts'
import { commandIdOf, createdIdOf, digestOf } from '../execution/command-id.ts'
import { createStateCache } from '../execution/state-cache.ts'
import { commandHandlers } from '../handlers.ts'
import type { UploadForms } from '../upload/upload-forms.ts'
import { type AccountStatus, createAccess, type Register, type RequestContext } from './access.ts'
import type { ApiRequest, ApiResponse } from './api.ts'
import type { CommandContext, Target } from './command-handler-types.ts'
import { commandNameOf, expectedVersionOf, idempotencyKeyOf, jsonBodyOf } from './command-request.ts'
import { encodePosition } from './position.ts'
import { validate } from './validate.ts'

/** After so many milliseconds a command gives up with 503, or half a second before the function is cut off. */
const commandDeadlineMs = 10_000
const reserveMs = 500

export interface CommandPorts {
  readonly store: EventStore
  readonly reservations: ReservationReader
  readonly register: Register
  readonly clock: Clock
  /** In the function that gives out forms to send files by. */
  readonly forms?: UploadForms
}

/** Makes what answers the requests of the command API. It keeps the states that its commands have seen. */
export function commandHandler({ store, reservations, register, clock, forms }: CommandPorts) {
  const accountStatusOf = async ({ userId, deadline }: RequestContext) => {
    const loaded = await store.load(streamName(user.name, userId), deadline, { fold: user.fold })
    const { commits, cost } = loaded
    const { status } = stateAfter(user, user.initial, loaded)
    if (status === 'deleted') return { accountStatus: { status, by: commits.at(-1)?.commandId }, cost }
    const accountStatus: AccountStatus = { status: status === 'none' ? 'unknown' : status }
    return { accountStatus, cost }
  }
  const access = createAccess({ accountStatusOf, register, clock })
  const stateCache = createStateCache()

  return async (request: ApiRequest): Promise<ApiResponse> => {
    const { userId: actorId } = request.identity()
    const { correlationId } = request
    const name = commandNameOf(request)
    const expectedVersion = expectedVersionOf(request, name)
    const key = idempotencyKeyOf(request) ?? randomUUID()
    const commandId = commandIdOf(actorId, name, key)
    const deadline = deadlineIn(Math.min(commandDeadlineMs, request.remainingMs() - reserveMs), clock)

    return access.admit({ userId: actorId, correlationId, deadline, commandId }, async (admitted) => {
      const context = {
        actorId,
        createdId: createdIdOf(commandId),
        store,
        reservations,
        forms,
        now: clock.now(),
        deadline,
      }
      const { target, body } = await targetOf(name, jsonBodyOf(request), context)
      const { version, events, cost } = await target.execute(
        {
          commandId,
          digest: digestOf(body),
          creates: commands[name].creates,
          expectedVersion,
          correlationId,
          causationId: request.requestId,
        },
        { store, clock, deadline, stateCache },
      )
      if (name === 'delete-account') access.remember(actorId, { status: 'deleted', by: commandId })

      const { id, stream } = target
      const more = await target.answer?.()
      return {
        status: 200,
        headers: { etag: `"${version}"`, 'cache-control': 'no-store' },
        body: { id, stream, version, events, position: encodePosition({ stream, version }), ...more?.fields },
        log: {
          command: name,
          stream,
          version,
          events: events.map(({ type }) => type),
          cost: [admitted, target.cost ?? noCost, more?.cost ?? noCost].reduce(addCost, cost),
        },
      }
    })
  }
}

async function targetOf<Name extends CommandName>(
  name: Name,
  input: unknown,
  context: CommandContext,
): Promise<{ target: Target; body: unknown }> {
  const body = validate(commands[name].body, input, 'body')
  // `body` was parsed by the schema of `name`, which is what its handler takes; TypeScript loses the tie in a union.
  const handler = commandHandlers[name] as (
    body: unknown,
    context: CommandContext,
  ) => Target | Promise<Target>
  return { target: await handler(body, context), body }
}
