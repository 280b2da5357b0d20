import { analyticsQueries } from './analytics/queries.ts'
import { projectQueries } from './project/queries.ts'
import { subscriptionQueries } from './subscription/queries.ts'
import { userQueries } from './user/queries.ts'

/**
 * The list of handlers for queries that need only the read models. The query API's function adds the handlers that need
 * a port of their own. It does not compile while a query of the contract has no handler.
 */
export const queryHandlers = {
  ...userQueries,
  ...projectQueries,
  ...subscriptionQueries,
  ...analyticsQueries,
}
