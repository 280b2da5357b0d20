import { addCost, type Cost, type Deadline, noCost } from '../../domain/kernel/cost.ts'
import type { ReservationReader } from '../../domain/kernel/reservation.ts'
import { parseStreamName, streamName } from '../../domain/kernel/stream.ts'
import { type ProjectCommand, project } from '../../domain/project/project.ts'
import { emailKeys } from '../../domain/user/user.ts'
import { execute } from '../execution/execute.ts'
import type { HandlersOf, Target } from '../http/handler-types.ts'
import type { projectContract } from './contract.ts'

function onProject(id: string, command: ProjectCommand): Target {
  const stream = streamName(project.name, id)
  return { id, stream, execute: (ids, options) => execute(project, { ...ids, stream, command }, options) }
}

/** Returns the user who holds an address now, even if no read model shows that yet. */
async function holderOfAddress(
  email: string,
  reservations: ReservationReader,
  deadline: Deadline,
): Promise<{ userId: string | undefined; cost: Cost }> {
  const found = await Promise.all(emailKeys(email).map((key) => reservations.holderOf(key, deadline)))
  const stream = found.find((one) => one.stream !== undefined)?.stream
  return {
    userId: stream && parseStreamName(stream).id,
    cost: found.reduce((sum, { cost }) => addCost(sum, cost), noCost),
  }
}

/** Turns the body of each project command into a command on a project's stream. */
export const projectHandlers: HandlersOf<typeof projectContract> = {
  'create-project': (body, { actorId, createdId }) =>
    onProject(createdId, { type: 'create-project', actorId, ...body }),
  'rename-project': ({ projectId, title }, { actorId }) =>
    onProject(projectId, { type: 'rename-project', actorId, title }),
  'describe-project': ({ projectId, description }, { actorId }) =>
    onProject(projectId, { type: 'describe-project', actorId, description }),
  'add-project-member': async ({ projectId, email, role }, { actorId, reservations, deadline }) => {
    const { userId, cost } = await holderOfAddress(email, reservations, deadline)
    return { ...onProject(projectId, { type: 'add-project-member', actorId, userId, role }), cost }
  },
  'remove-project-member': ({ projectId, userId }, { actorId }) =>
    onProject(projectId, { type: 'remove-project-member', actorId, userId }),
  'archive-project': ({ projectId }, { actorId }) =>
    onProject(projectId, { type: 'archive-project', actorId }),
  'restore-project': ({ projectId }, { actorId }) =>
    onProject(projectId, { type: 'restore-project', actorId }),
}
