import { parseStreamName, streamName } from '../../domain/kernel/stream.ts'
import type { ProjectCommand } from '../../domain/project/project.ts'
import { project } from '../../domain/project/project.ts'
import { emailReservation } from '../../domain/user/user.ts'
import { execute } from '../execution/execute.ts'
import type { CommandHandlers } from '../handlers.ts'
import type { Target } from '../http/command-handler-types.ts'

function onProject(id: string, command: ProjectCommand): Target {
  const stream = streamName(project.name, id)
  return { id, stream, execute: (ids, options) => execute(project, { ...ids, stream, command }, options) }
}

/** How the body of each project command becomes a command on a stream. */
export const projectCommands = {
  'create-project': (body, { actorId, createdId }) =>
    onProject(createdId, { type: 'create-project', actorId, ...body }),
  'rename-project': ({ projectId, title }, { actorId }) =>
    onProject(projectId, { type: 'rename-project', actorId, title }),
  'describe-project': ({ projectId, description }, { actorId }) =>
    onProject(projectId, { type: 'describe-project', actorId, description }),
  'add-project-member': async ({ projectId, email, role }, { actorId, reservations, deadline }) => {
    // Whoever holds the address at this moment, whatever the read models know yet.
    const { stream, cost } = await reservations.holderOf(emailReservation(email), deadline)
    const userId = stream && parseStreamName(stream).id
    return { ...onProject(projectId, { type: 'add-project-member', actorId, userId, role }), cost }
  },
  'remove-project-member': ({ projectId, userId }, { actorId }) =>
    onProject(projectId, { type: 'remove-project-member', actorId, userId }),
  'archive-project': ({ projectId }, { actorId }) =>
    onProject(projectId, { type: 'archive-project', actorId }),
  'restore-project': ({ projectId }, { actorId }) =>
    onProject(projectId, { type: 'restore-project', actorId }),
} satisfies Partial<CommandHandlers>
