import { addCost, type Cost, type Deadline } from '../../domain/kernel/cost.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { project, roleIn } from '../../domain/project/project.ts'
import type { ProjectAsRead } from '../../domain/upload/upload.ts'
import { user } from '../../domain/user/user.ts'
import { stateNow } from '../execution/current-state.ts'

/**
 * Reads a project as a person sees it now, from the streams of the project, its owner and the person. Every read is
 * consistent. The streams may change between this read and the append of the decision. `version` is the version of the
 * project that was read.
 */
export async function projectAsRead(
  { projectId, personId }: { readonly projectId: string; readonly personId: string },
  store: Pick<EventStore, 'load'>,
  deadline: Deadline,
): Promise<{ readonly project: ProjectAsRead; readonly cost: Cost }> {
  const { state, version, cost } = await stateNow(project, projectId, store, deadline)
  const role = roleIn(state, personId)
  if (state.status === 'none' || role === undefined) {
    return { project: { version, ownerId: '', role: undefined, archived: false, ownerDeleted: false }, cost }
  }
  const { ownerId } = state
  const archived = state.status === 'archived'
  const people = [...new Set([ownerId, personId])]
  const accounts = await Promise.all(people.map((id) => stateNow(user, id, store, deadline)))
  const deleted = new Set(people.filter((_, index) => accounts[index]?.state.status === 'deleted'))
  return {
    project: {
      version,
      ownerId,
      role: deleted.has(personId) ? undefined : role,
      archived,
      ownerDeleted: deleted.has(ownerId),
    },
    cost: accounts.map((account) => account.cost).reduce(addCost, cost),
  }
}
