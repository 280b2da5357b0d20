import { addCost, type Cost } from '../../domain/kernel/cost.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { project, roleIn } from '../../domain/project/project.ts'
import { bytesLeft, subscription } from '../../domain/subscription/subscription.ts'
import { type UploadCommand, type UploadProject, upload } from '../../domain/upload/upload.ts'
import { stateNow } from '../execution/current-state.ts'
import { execute } from '../execution/execute.ts'
import type { CommandContext, HandlersOf, Target } from '../http/handler-types.ts'
import type { uploadContract } from './contract.ts'
import type { UploadForms } from './upload-forms.ts'

/** How long the form of an upload is valid, in milliseconds. */
const openMs = 60 * 60 * 1000

function onUpload(id: string, command: UploadCommand): Target {
  const stream = streamName(upload.name, id)
  return { id, stream, execute: (ids, options) => execute(upload, { ...ids, stream, command }, options) }
}

/** Turns the body of each upload command into a command on an upload's stream. */
export const uploadHandlers: HandlersOf<typeof uploadContract> = {
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
}

/** Makes the handlers of the commands whose answer is a form to send a file by. */
export function uploadFormHandlers(forms: UploadForms): HandlersOf<typeof uploadContract, 'upload-api'> {
  return {
    'request-upload': async (body, context) => {
      const { actorId, createdId, now, store, deadline } = context
      const found = await projectOf(body.projectId, context)
      const expiresAt = new Date(now + openMs).toISOString()
      const command = { type: 'request-upload', actorId, project: found.project, ...body, expiresAt } as const
      return {
        ...onUpload(createdId, command),
        cost: found.cost,
        answer: async () => {
          // At a repeat, the file may have arrived already, or the upload may have ended.
          const { state, cost } = await stateNow(upload, createdId, store, deadline)
          const form = state.status === 'requested' ? await forms.formFor(createdId, state) : undefined
          return { fields: { ...(form && { upload: form }) }, cost }
        },
      }
    },
  }
}

/** The project of a new upload as the actor sees it; undefined if there is none or it is not shared with them. */
async function projectOf(
  projectId: string,
  { actorId, store, deadline }: Pick<CommandContext, 'actorId' | 'store' | 'deadline'>,
): Promise<{ project: UploadProject | undefined; cost: Cost }> {
  const { state, cost } = await stateNow(project, projectId, store, deadline)
  const role = roleIn(state, actorId)
  if (state.status === 'none' || role === undefined) return { project: undefined, cost }
  const owners = await stateNow(subscription, state.ownerId, store, deadline)
  return {
    project: {
      ownerId: state.ownerId,
      role,
      archived: state.status === 'archived',
      bytesLeft: bytesLeft(owners.state),
    },
    cost: addCost(cost, owners.cost),
  }
}
