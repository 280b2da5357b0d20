import { addCost, type Cost } from '../../domain/kernel/cost.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { project, roleIn } from '../../domain/project/project.ts'
import { bytesLeft, subscription } from '../../domain/subscription/subscription.ts'
import { type UploadCommand, type UploadProject, upload } from '../../domain/upload/upload.ts'
import { stateNow } from '../execution/current-state.ts'
import { execute } from '../execution/execute.ts'
import type { CommandHandlers } from '../handlers.ts'
import type { CommandContext, Target } from '../http/command-handler-types.ts'

/** So long a file can be sent, in milliseconds. */
const openMs = 60 * 60 * 1000

function onUpload(id: string, command: UploadCommand): Target {
  const stream = streamName(upload.name, id)
  return { id, stream, execute: (ids, options) => execute(upload, { ...ids, stream, command }, options) }
}

/** How the body of each upload command becomes a command on a stream. */
export const uploadCommands = {
  'request-upload': async (body, context) => {
    const { actorId, createdId, now, forms, store, deadline } = context
    if (forms === undefined) throw new Problem('not-found', 'There is no such command here.')
    const { cached, cost } = await projectOf(body.projectId, context)
    const expiresAt = new Date(now + openMs).toISOString()
    return {
      ...onUpload(createdId, { type: 'request-upload', actorId, project: cached, ...body, expiresAt }),
      cost,
      answer: async () => {
        // A repeat may find that the file has come meanwhile, or nobody waits for it any more.
        const { state, cost } = await stateNow(upload, createdId, store, deadline)
        const form = state.status === 'requested' ? await forms.formFor(createdId, state) : undefined
        return { fields: { ...(form && { upload: form }) }, cost }
      },
    }
  },
  'cancel-upload': async ({ uploadId }, { actorId, store, deadline }) => {
    const { state, cost } = await stateNow(upload, uploadId, store, deadline)
    const cancelling = (isMember: boolean) => onUpload(uploadId, { type: 'cancel-upload', actorId, isMember })
    if (state.status === 'none' || upload.knownTo(state, actorId)) return { ...cancelling(false), cost }
    const found = await stateNow(project, state.projectId, store, deadline)
    return {
      ...cancelling(roleIn(found.state, actorId) !== undefined),
      cost: addCost(cost, found.cost),
    }
  },
} satisfies Partial<CommandHandlers>

async function projectOf(
  projectId: string,
  { actorId, store, deadline }: Pick<CommandContext, 'actorId' | 'store' | 'deadline'>,
): Promise<{ cached: UploadProject | undefined; cost: Cost }> {
  const { state, cost } = await stateNow(project, projectId, store, deadline)
  const role = roleIn(state, actorId)
  if (state.status === 'none' || role === undefined) return { cached: undefined, cost }
  const owners = await stateNow(subscription, state.ownerId, store, deadline)
  return {
    cached: {
      ownerId: state.ownerId,
      role,
      archived: state.status === 'archived',
      bytesLeft: bytesLeft(owners.state),
    },
    cost: addCost(cost, owners.cost),
  }
}
