import type { queries } from '../commands/contract.ts'
import { analyticsQueries } from './analytics/queries.ts'
import { projectQueries } from './project/queries.ts'
import type { QueryHandlers } from './query/query.ts'
import { subscriptionQueries } from './subscription/queries.ts'
import type { FileLinks } from './upload/file-links.ts'
import { uploadQueries } from './upload/queries.ts'
import { userQueries } from './user/queries.ts'

/** The handler of every query. Those of uploads make links to files. */
export function queryHandlers(links: FileLinks): QueryHandlers<typeof queries> {
  return {
    ...userQueries,
    ...projectQueries,
    ...subscriptionQueries,
    ...uploadQueries(links),
    ...analyticsQueries,
  }
}
