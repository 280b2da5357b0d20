import { addCost, type Cost, type Deadline, noCost } from '../../domain/kernel/cost.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { type ProjectRole, project, roleIn } from '../../domain/project/project.ts'
import { bytesLeft, subscription } from '../../domain/subscription/subscription.ts'
import { obstacleIn, type UploadCommand, upload } from '../../domain/upload/upload.ts'
import { stateNow } from '../execution/current-state.ts'
import { execute } from '../execution/execute.ts'
import type { HandlersOf, Target } from '../http/handler-types.ts'
import type { uploadContract } from './contract.ts'
import { projectAsRead } from './project-as-read.ts'
import type { UploadForms } from './upload-forms.ts'

/** How long an upload form is valid, in milliseconds. */
const openMs = 60 * 60 * 1000

function onUpload(id: string, command: UploadCommand): Target {
  const stream = streamName(upload.name, id)
  return { id, stream, execute: (ids, options) => execute(upload, { ...ids, stream, command }, options) }
}

/** The handlers of the upload commands that need no form. `uploadFormHandlers` makes the others. */
export const uploadHandlers: HandlersOf<typeof uploadContract> = {
  'cancel-upload': async ({ uploadId }, { actorId, store, deadline }) => {
    const { state, cost } = await stateNow(upload, uploadId, store, deadline)
    const cancelling = (role: ProjectRole | undefined) =>
      onUpload(uploadId, { type: 'cancel-upload', actorId, role })
    if (state.status === 'none') return { ...cancelling(undefined), cost }
    const found = await stateNow(project, state.projectId, store, deadline)
    return { ...cancelling(roleIn(found.state, actorId)), cost: addCost(cost, found.cost) }
  },
}

/** Makes the handlers of the commands whose answer is an upload form. */
export function uploadFormHandlers(forms: UploadForms): HandlersOf<typeof uploadContract, 'upload-api'> {
  return {
    'request-upload': async (body, context) => {
      const { actorId, createdId, now, store, deadline } = context
      const { projectId } = body
      const found = await projectAsRead({ projectId, personId: actorId }, store, deadline)
      const mayUpload = obstacleIn(found.project) === undefined
      const room = mayUpload
        ? await roomOf(found.project.ownerId, store, deadline)
        : { bytes: 0, cost: noCost }
      const command: UploadCommand = {
        type: 'request-upload',
        actorId,
        ...body,
        project: found.project,
        bytesLeft: room.bytes,
        expiresAt: new Date(now + openMs).toISOString(),
      }
      return {
        ...onUpload(createdId, command),
        cost: addCost(found.cost, room.cost),
        answer: async () => {
          // This request may be a repeat, and only a person who may add the file now gets a form.
          if (!mayUpload) return { fields: {}, cost: noCost }
          // The file may already have arrived, or the upload may have ended.
          const { state, cost } = await stateNow(upload, createdId, store, deadline)
          const form = state.status === 'requested' ? await forms.formFor(createdId, state) : undefined
          return { fields: { ...(form && { upload: form }) }, cost }
        },
      }
    },
  }
}

/** Bytes that the plan of a project's owner has left. */
async function roomOf(
  ownerId: string,
  store: Pick<EventStore, 'load'>,
  deadline: Deadline,
): Promise<{ readonly bytes: number; readonly cost: Cost }> {
  const { state, cost } = await stateNow(subscription, ownerId, store, deadline)
  return { bytes: bytesLeft(state), cost }
}
