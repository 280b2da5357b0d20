import type { Position } from '../../commands/http/position.ts'
import type { uploadContract } from '../../commands/upload/contract.ts'
import { parseStreamName, streamName } from '../../domain/kernel/stream.ts'
import { visibleProjects } from '../project/visible-projects.ts'
import type { QueryContext, QueryHandlers } from '../query/query.ts'
import type { FileLinks } from './file-links.ts'
import { uploadsV1 } from './v1/projection.ts'
import { listUploads, readStats, readUpload, type UploadReads } from './v1/queries.ts'

const projectIdOf = ({ parameters }: QueryContext) => parameters['projectId'] ?? ''
const uploadIdOf = ({ parameters }: QueryContext) => parameters['uploadId'] ?? ''
const isOf = (aggregate: string, { stream }: Position) => parseStreamName(stream).aggregate === aggregate
/** The project, and any upload: only an upload's own stream says which project it is in. */
const mayBeInProject = (context: QueryContext, position: Position) =>
  position.stream === streamName('project', projectIdOf(context)) || isOf('upload', position)

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

/** The handler of each query about uploads, which makes links to their files. */
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
      // Which project it is in is known once it has been read: any may be the one.
      dependsOn: (context, position) =>
        position.stream === streamName('upload', uploadIdOf(context)) || isOf('project', position),
      read: (context) => readUpload(readsOf(context, links), uploadIdOf(context)),
    },
    '/projects/{projectId}/stats': {
      projection: visibleProjects.projection,
      joins: [uploadsV1.name],
      dependsOn: mayBeInProject,
      read: (context) => readStats(readsOf(context, links), projectIdOf(context)),
    },
  }) satisfies QueryHandlers<(typeof uploadContract)['queries']>
