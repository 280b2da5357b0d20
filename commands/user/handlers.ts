import { streamName } from '../../domain/kernel/stream.ts'
import { sharedProjectsOf } from '../../domain/project/project.ts'
import { type UserCommand, user } from '../../domain/user/user.ts'
import { execute } from '../execution/execute.ts'
import type { CommandHandlers } from '../handlers.ts'
import type { Target } from '../http/command-handler-types.ts'

/** A person's commands on their own account: nobody can name another's. */
function onUser(command: UserCommand): Target {
  const id = command.actorId
  const stream = streamName(user.name, id)
  return { id, stream, execute: (ids, options) => execute(user, { ...ids, stream, command }, options) }
}

/** How the body of each command of a person becomes a command on their stream. */
export const userCommands = {
  'change-profile': ({ name }, { actorId }) => onUser({ type: 'change-profile', actorId, name }),
  'delete-account': async (_body, { actorId, reservations, deadline }) => {
    const { empty, cost } = await reservations.isEmpty(sharedProjectsOf(actorId), deadline)
    return { ...onUser({ type: 'delete-account', actorId, ownsSharedProjects: !empty }), cost }
  },
} satisfies Partial<CommandHandlers>
