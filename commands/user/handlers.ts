import { streamName } from '../../domain/kernel/stream.ts'
import { type UserCommand, user } from '../../domain/user/user.ts'
import { execute } from '../execution/execute.ts'
import type { HandlersOf, Target } from '../http/handler-types.ts'
import { type AccountHold, holdOn } from './account-hold.ts'
import type { userContract } from './contract.ts'

/** Sends a command to the person's own account. A client cannot name another one. */
function onUser(command: UserCommand): Target {
  const id = command.actorId
  const stream = streamName(user.name, id)
  return { id, stream, execute: (ids, options) => execute(user, { ...ids, stream, command }, options) }
}

/** Makes the handlers of a person's commands. An account with a hold cannot be deleted. */
export function userHandlers(holds: readonly AccountHold[]): HandlersOf<typeof userContract> {
  return {
    'change-profile': ({ name }, { actorId }) => onUser({ type: 'change-profile', actorId, name }),
    'delete-account': async (_body, { actorId, reservations, deadline }) => {
      const { hold, cost } = await holdOn(actorId, holds, reservations, deadline)
      return { ...onUser({ type: 'delete-account', actorId, hold }), cost, closesAccount: true }
    },
  }
}
