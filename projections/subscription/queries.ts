import type { Position } from '../../commands/http/position.ts'
import type { subscriptionContract } from '../../commands/subscription/contract.ts'
import { addCost } from '../../domain/kernel/cost.ts'
import type { QueryContext, QueryHandlers } from '../query/query.ts'
import { people } from '../user/people.ts'
import { subscriptionsV1 } from './v1/projection.ts'
import { listInvoices, readSubscription, readUsage, subscriptionStream } from './v1/queries.ts'

const projection = subscriptionsV1.name
const isOwn = ({ userId }: QueryContext, { stream }: Position) => stream === subscriptionStream(userId)
const generationOf = (context: QueryContext) => context.generation(projection).id

/** The handler of each query about a person's subscription. */
export const subscriptionQueries = {
  '/me/subscription': {
    projection,
    joins: [people.projection],
    dependsOn: isOwn,
    async read(context) {
      const { item: person, cost } = await people.asking(context)
      const found = await readSubscription(context.rows, generationOf(context), person, context.now())
      // A new month starts without an event.
      return { ...found, varies: found.item.renewsAt, cost: addCost(cost, found.cost) }
    },
  },
  '/me/usage': {
    projection,
    joins: [people.projection],
    dependsOn: isOwn,
    async read(context) {
      const { item: person, cost } = await people.asking(context)
      const found = await readUsage(context.rows, generationOf(context), person)
      // The code declares the limit of a plan, so it can change without an event.
      return { ...found, varies: `${found.item.bytesAllowed}`, cost: addCost(cost, found.cost) }
    },
  },
  '/me/invoices': {
    projection,
    dependsOn: isOwn,
    list: ({ rows, userId, generation }, options) =>
      listInvoices(rows, generation(projection).id, userId, options),
  },
} satisfies QueryHandlers<(typeof subscriptionContract)['queries']>
