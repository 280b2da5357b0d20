import { Duration, type Stack } from 'aws-cdk-lib'
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { type Alarm, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { routes } from '../../commands/contract.ts'
import type { Stage } from '../stages/read-stage.ts'
import { functionsIn, type LiveFunction } from './parts/lambda-function.ts'
import { addAlarm } from './parts/monitoring/alarm.ts'
import { eventAccessIn } from './parts/release/event-access.ts'
import { addGradualReleases, releaseGradually } from './parts/release/gradual-release.ts'
import { provisionEnvironments } from './parts/release/provisioned-concurrency.ts'
import { switchReadersFirst } from './parts/release/release-order.ts'

export interface ReleasesOptions {
  readonly data: Stack
  readonly service: Stack
  readonly stage: Stage
  readonly eventStore: TableV2
  readonly httpApi: HttpApi
}

/**
 * How a new version of each function becomes live: readers of events before writers, and the three APIs gradually if the
 * settings say so. The other functions switch at once, because two versions must not work on the same shard or queue.
 * Throws an Error if the settings name a function that does not exist, or that is no API.
 */
export function addReleases({ data, service, stage, eventStore, httpApi }: ReleasesOptions): void {
  const apis = functionsIn(service).filter(({ bundle }) => routes.some((route) => route.function === bundle))
  checkNames(stage, [...functionsIn(data), ...functionsIn(service)], apis)
  switchReadersFirst(eventAccessIn(service, eventStore))
  for (const api of apis) provisionEnvironments(api, stage.settings)
  if (!stage.settings.gradual) return
  const shared = addGradualReleases(service, apis, addFailureAlarm(service, httpApi))
  for (const api of apis) releaseGradually(api, shared)
}

function checkNames(
  { name, settings: { concurrency } }: Stage,
  functions: readonly LiveFunction[],
  apis: readonly LiveFunction[],
): void {
  const check = (setting: 'reserved' | 'provisioned', what: string, allowed: readonly LiveFunction[]) => {
    const ids = allowed.map(({ node }) => node.id)
    for (const id of Object.keys(concurrency[setting]))
      if (!ids.includes(id))
        throw new Error(
          `infra/stages/${name}.ts: concurrency.${setting} names ${id}, which is no ${what}: use one of ${ids.join(', ')}`,
        )
  }
  check('reserved', 'function', functions)
  check('provisioned', "API's function", apis)
}

/** The share of failed requests at which a release is undone. A version that fails always fails a tenth of them. */
const failingShare = 0.02
/** With fewer failed requests in a minute, a quiet stage would undo a release for a single one. */
const leastFailures = 3

/** An alarm for requests that are answered with 5xx. A function that answers so has not failed for Lambda. */
function addFailureAlarm(service: Stack, { apiId }: HttpApi): Alarm {
  const period = Duration.minutes(1)
  const count = (metricName: string) =>
    new Metric({
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap: { ApiId: apiId },
      statistic: 'Sum',
      period,
    })
  return addAlarm(service, {
    name: 'FailingRelease',
    metric: new MathExpression({
      expression: `IF(FILL(failed, 0) >= ${leastFailures}, FILL(failed, 0) / requests, 0)`,
      usingMetrics: { failed: count('5xx'), requests: count('Count') },
      label: 'Share of 5xx',
      period,
    }),
    threshold: failingShare,
    description: `${100 * failingShare}% of the requests of a minute fail. A release of an API that is under way is undone.`,
  })
}
