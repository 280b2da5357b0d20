import { analyticsQueries } from './analytics/queries.ts'
import { projectQueries } from './project/queries.ts'
import { subscriptionQueries } from './subscription/queries.ts'
import { userQueries } from './user/queries.ts'

/**
 * The list of handlers of queries that need nothing but the read models. The query API's function adds those that a
 * feature makes from a port of its own, and does not compile while a query of the contract has no handler.
 */
export const queryHandlers = {
  ...userQueries,
  ...projectQueries,
  ...subscriptionQueries,
  ...analyticsQueries,
}
