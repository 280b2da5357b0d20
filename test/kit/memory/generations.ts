import { projectsV1 } from '../../../projections/project/v1/projection.ts'
import { subscriptionsV1 } from '../../../projections/subscription/v1/projection.ts'
import { uploadsV1 } from '../../../projections/upload/v1/projection.ts'
import { usersV1 } from '../../../projections/user/v1/projection.ts'

/** The generations that there are where no list is written. */
export const projects = { projection: projectsV1, generation: 1 }
export const uploads = { projection: uploadsV1, generation: 1 }
export const users = { projection: usersV1, generation: 1 }
export const subscriptions = { projection: subscriptionsV1, generation: 1 }
