import type { Cost } from '../../domain/kernel/cost.ts'
import type { QueryContext } from '../query/query.ts'
import { projectsV1 } from './v1/projection.ts'
import { readVisible } from './v1/queries.ts'

/** A project that a person sees, as far as other features join it. */
export interface VisibleProject {
  readonly version: number
  /** How many people see the project, its owner included. */
  readonly members: number
  readonly createdAt: string
  readonly updatedAt: string
}

/** The read model of projects, for the features that join it. */
export const visibleProjects = {
  projection: projectsV1.name,

  /** A project; undefined if it is unknown, or if the person who asks does not see it. */
  read: (
    { rows, userId, generation }: QueryContext,
    projectId: string,
  ): Promise<{ project: VisibleProject | undefined; cost: Cost }> =>
    readVisible(rows, generation(projectsV1.name).id, userId, projectId),
}
