import { type analyticsContract, daysAsked } from '../../commands/analytics/contract.ts'
import { validate } from '../../commands/http/validate.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import { projectsV1 } from '../project/v1/projection.ts'
import type { QueryContext, QueryHandlers } from '../query/query.ts'
import { uploadsV1 } from '../upload/v1/projection.ts'
import { usersV1 } from '../user/v1/projection.ts'
import { dayMs, dayOf, readDays } from './v1/queries.ts'

/** Days that one answer holds at most, and those that it holds where nothing else is asked. */
const maxDays = 366
const usualDays = 30

/** What answers each query, and what the answer depends on. */
export const analyticsQueries = {
  '/analytics/daily': {
    projection: projectsV1.name,
    joins: [usersV1.name, uploadsV1.name],
    // Any stream that counts.
    dependsOn: (_, { stream }) => ['user', 'project', 'upload'].includes(parseStreamName(stream).aggregate),
    report: (context) => {
      const counting = [usersV1.name, projectsV1.name, uploadsV1.name].map(
        (name) => context.generation(name).id,
      )
      return readDays(context.rows, counting, rangeOf(context))
    },
  },
} satisfies QueryHandlers<(typeof analyticsContract)['queries']>

function rangeOf({ query, now }: QueryContext): { from: string; to: string } {
  const asked = validate(daysAsked, query, 'query')
  const to = asked.to ?? dayOf(now())
  const from = asked.from ?? dayOf(Date.parse(to) - (usualDays - 1) * dayMs)
  const count = (Date.parse(to) - Date.parse(from)) / dayMs + 1
  if (count < 1) throw invalid('It lies after `to`.')
  if (count > maxDays) throw invalid(`At most ${maxDays} days up to \`to\`.`)
  return { from, to }
}

function invalid(message: string): Problem {
  return new Problem('invalid-input', 'The query is not valid: see errors.', {
    errors: [{ path: '/from', message }],
  })
}
