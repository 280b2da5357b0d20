import { type analyticsContract, daysAsked, firstDay } from '../../commands/analytics/contract.ts'
import { validate } from '../../commands/http/validate.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import type { QueryContext, QueryHandlers } from '../query/query.ts'
import { countingProjections, dayMs, dayOf, readDays } from './daily-report.ts'

/** Maximum number of days in one answer. */
const maxDays = 366
const usualDays = 30

const countingGenerations = ({ generation }: QueryContext) =>
  countingProjections.map((name) => generation(name))

/** The handler of each query about all people together. */
export const analyticsQueries = {
  '/analytics/daily': {
    projections: countingProjections,
    dependsOn: (context, { stream }) =>
      countingGenerations(context).some(({ aggregate }) => aggregate === parseStreamName(stream).aggregate),
    report: (context) => {
      const generations = countingGenerations(context).map(({ id }) => id)
      return readDays(context.rows, generations, rangeOf(context))
    },
  },
} satisfies QueryHandlers<(typeof analyticsContract)['queries']>

function rangeOf({ query, now }: QueryContext): { from: string; to: string } {
  const asked = validate(daysAsked, query, 'query')
  const to = asked.to ?? dayOf(now())
  const usualFirst = Math.max(Date.parse(firstDay), Date.parse(to) - (usualDays - 1) * dayMs)
  const from = asked.from ?? dayOf(usualFirst)
  const count = (Date.parse(to) - Date.parse(from)) / dayMs + 1
  if (count < 1) throw invalid('Must not be after `to`.')
  if (count > maxDays) throw invalid(`Must be at most ${maxDays} days before \`to\`.`)
  return { from, to }
}

function invalid(message: string): Problem {
  return new Problem('invalid-input', 'The query is not valid. See errors.', {
    errors: [{ path: '/from', message }],
  })
}
