import type { Cost } from '../../domain/kernel/cost.ts'
import type { QueryContext } from '../query/query.ts'
import { projectsV1 } from './v1/projection.ts'
import { readVisible } from './v1/queries.ts'

/** The fields of a visible project that other features join. */
export interface VisibleProject {
  readonly version: number
  /** The number of people who see the project, including its owner. */
  readonly members: number
  readonly createdAt: string
  readonly updatedAt: string
}

/** The read model of projects, for the features that join it. */
export const visibleProjects = {
  projection: projectsV1.name,

  /** Reads a project; undefined if it is unknown, or if the person does not see it. */
  read: (
    { rows, userId, generation }: QueryContext,
    projectId: string,
  ): Promise<{ project: VisibleProject | undefined; cost: Cost }> =>
    readVisible(rows, generation(projectsV1.name).id, userId, projectId),
}
