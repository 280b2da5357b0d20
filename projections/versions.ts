import { versionOf } from './generations/any-generation.ts'
import { projectionVersions } from './generations/projection-versions.ts'
import { projectsV1 } from './project/v1/projection.ts'
import { subscriptionsV1 } from './subscription/v1/projection.ts'
import { uploadsV1 } from './upload/v1/projection.ts'
import { usersV1 } from './user/v1/projection.ts'

/**
 * Every version of every projection, except those that are cleaned up. The older versions of a projection come first.
 */
export const versions = projectionVersions([
  versionOf(projectsV1),
  versionOf(usersV1),
  versionOf(subscriptionsV1),
  versionOf(uploadsV1),
])
