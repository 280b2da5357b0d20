import type { Position } from '../../commands/http/position.ts'
import type { uploadContract } from '../../commands/upload/contract.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName, streamName } from '../../domain/kernel/stream.ts'
import { visibleProjects } from '../project/visible-projects.ts'
import type { QueryContext, QueryHandlers } from '../query/query.ts'
import type { FileLinks } from './file-links.ts'
import { uploadsV1 } from './v1/projection.ts'
import { listUploads, readStats, readUpload, type UploadReads } from './v1/queries.ts'

const projectIdOf = ({ parameters }: QueryContext) => parameters['projectId'] ?? ''
const uploadIdOf = ({ parameters }: QueryContext) => parameters['uploadId'] ?? ''
const isOf = (aggregate: string, { stream }: Position) => parseStreamName(stream).aggregate === aggregate
/**
 * Whether a stream is the project, or may be an upload in it. Any upload may be, because only its own stream names its
 * project.
 */
const mayBeInProject = (context: QueryContext, position: Position) =>
  position.stream === streamName('project', projectIdOf(context)) || isOf('upload', position)

/** Whether a position belongs to an upload in the project of the request, and the person sees that project. */
async function isInProject(context: QueryContext, { stream }: Position, links: FileLinks): Promise<boolean> {
  const { aggregate, id } = parseStreamName(stream)
  if (aggregate !== uploadsV1.aggregate) return false
  const found = await readUpload(readsOf(context, links), id).catch(unlessMissing)
  return found?.item.projectId === projectIdOf(context)
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof Problem) || error.code !== 'not-found') throw error
}

function readsOf(context: QueryContext, links: FileLinks): UploadReads {
  const { rows, now, generation } = context
  return {
    rows,
    links,
    now: now(),
    generation: generation(uploadsV1.name).id,
    seen: (projectId) => visibleProjects.read(context, projectId),
  }
}

/** Makes the handler of each query about uploads. The answers contain links to files. */
export const uploadQueries = (links: FileLinks) =>
  ({
    '/projects/{projectId}/uploads': {
      projection: uploadsV1.name,
      joins: [visibleProjects.projection],
      dependsOn: mayBeInProject,
      list: (context, options) => listUploads(readsOf(context, links), projectIdOf(context), options),
    },
    '/uploads/{uploadId}': {
      projection: uploadsV1.name,
      joins: [visibleProjects.projection],
      // The project of the upload is unknown before the upload is read, so any project may be the one.
      dependsOn: (context, position) =>
        position.stream === streamName('upload', uploadIdOf(context)) || isOf('project', position),
      shows: (_, { stream }, items) =>
        items.some(({ projectId }) => stream === streamName('project', projectId)),
      read: (context) => readUpload(readsOf(context, links), uploadIdOf(context)),
    },
    '/projects/{projectId}/stats': {
      projection: visibleProjects.projection,
      joins: [uploadsV1.name],
      dependsOn: mayBeInProject,
      shows: (context, position) => isInProject(context, position, links),
      read: (context) => readStats(readsOf(context, links), projectIdOf(context)),
    },
  }) satisfies QueryHandlers<(typeof uploadContract)['queries']>
