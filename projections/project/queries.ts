import type { Position } from '../../commands/http/position.ts'
import type { projectContract } from '../../commands/project/contract.ts'
import { parseStreamName, streamName } from '../../domain/kernel/stream.ts'
import type { QueryContext, QueryHandlers } from '../query/query.ts'
import { people } from '../user/people.ts'
import { projectsV1 } from './v1/projection.ts'
import { listActivity, listMembers, listProjects, readProject } from './v1/queries.ts'

const projectIdOf = ({ parameters }: QueryContext) => parameters['projectId'] ?? ''
const isOfProject = (context: QueryContext, { stream }: Position) =>
  stream === streamName('project', projectIdOf(context))
const projection = projectsV1.name
const generationOf = (context: QueryContext) => context.generation(projection).id

/** The handler of each query about projects. */
export const projectQueries = {
  '/projects/{projectId}': {
    projection,
    dependsOn: isOfProject,
    read: (context) => readProject(context.rows, generationOf(context), context.userId, projectIdOf(context)),
  },
  '/projects/{projectId}/members': {
    projection,
    joins: [people.projection],
    // Any person may be a member, and the answer contains their names.
    dependsOn: (context, position) =>
      isOfProject(context, position) || parseStreamName(position.stream).aggregate === 'user',
    list: (context, options) => {
      const { rows, userId } = context
      return listMembers(rows, generationOf(context), userId, projectIdOf(context), options, (userIds) =>
        people.namesOf(context, userIds),
      )
    },
  },
  '/projects/{projectId}/activity': {
    projection,
    dependsOn: isOfProject,
    list: (context, options) =>
      listActivity(context.rows, generationOf(context), context.userId, projectIdOf(context), options),
  },
  '/me/projects': {
    projection,
    dependsOn: () => true,
    list: (context, options) => listProjects(context.rows, generationOf(context), context.userId, options),
  },
} satisfies QueryHandlers<(typeof projectContract)['queries']>
