import type { Position } from '../../commands/http/position.ts'
import { parseStreamName, streamName } from '../../domain/kernel/stream.ts'
import { generationId } from '../engine/projection.ts'
import type { QueryContext, QueryHandlers } from '../query-handlers.ts'
import { readNames, users } from '../users/v1/queries.ts'
import { listActivity, listMembers, listProjects, projects, readProject } from './v1/queries.ts'

const projectIdOf = ({ parameters }: QueryContext) => parameters['projectId'] ?? ''
const isOfProject = (context: QueryContext, { stream }: Position) =>
  stream === streamName('project', projectIdOf(context))

/** Which version of the read model answers each query, and what the answer depends on. */
export const projectQueries = {
  '/projects/{projectId}': {
    generation: generationId(projects),
    dependsOn: isOfProject,
    read: (context) => readProject(context.rows, context.userId, projectIdOf(context)),
  },
  '/projects/{projectId}/members': {
    generation: generationId(projects),
    joins: generationId(users),
    // Anybody may be a member, and be shown by name.
    dependsOn: (context, position) =>
      isOfProject(context, position) || parseStreamName(position.stream).aggregate === 'user',
    list: (context, options) =>
      listMembers(context.rows, context.userId, projectIdOf(context), options, readNames),
  },
  '/projects/{projectId}/activity': {
    generation: generationId(projects),
    dependsOn: isOfProject,
    list: (context, options) => listActivity(context.rows, context.userId, projectIdOf(context), options),
  },
  '/me/projects': {
    generation: generationId(projects),
    dependsOn: () => true,
    list: ({ rows, userId }, options) => listProjects(rows, userId, options),
  },
} satisfies Partial<QueryHandlers>
