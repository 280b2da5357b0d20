import type { Stack } from 'aws-cdk-lib'
import type { Stage } from '../stages/read-stage.ts'
import type { Api } from './api.ts'
import { sendAlarmsTo } from './parts/monitoring/alarm.ts'
import { addAlerts } from './parts/monitoring/alerts.ts'
import { watchApi } from './parts/monitoring/api-alarms.ts'
import { addDashboard } from './parts/monitoring/dashboard.ts'
import { watchFunctions, watchSchedules } from './parts/monitoring/function-alarms.ts'
import { addQueries } from './parts/monitoring/queries.ts'
import { watchTables } from './parts/monitoring/store-alarms.ts'
import { addSampling } from './parts/monitoring/tracing.ts'
import { watchedIn } from './parts/monitoring/watched.ts'
import { watchMachines, watchMail, watchRules } from './parts/monitoring/work-alarms.ts'

export interface MonitoringOptions {
  readonly data: Stack
  readonly service: Stack
  readonly stage: Stage
}

/** The topic of alerts and the budget. The alarms of the service stack tell that topic. Add this before the parts. */
export function addMonitoringData({ data, service, stage }: MonitoringOptions): void {
  sendAlarmsTo(service, { stage, topic: addAlerts(data, stage) })
}

/**
 * The alarms that the parts do not add themselves, the dashboard, the saved queries and the sampling of traces. They follow
 * from the resources of both stacks, so add this after all parts.
 */
export function addMonitoring({
  data,
  service,
  stage,
  api,
}: MonitoringOptions & { readonly api: Api }): void {
  const watched = watchedIn({ data, service })
  watchApi(service, api.httpApi)
  watchFunctions(service, watched)
  watchSchedules(service, watched)
  watchTables(service, watched)
  watchRules(service, watched)
  watchMachines(service, watched)
  watchMail(service)
  addDashboard(service, { stage, api: api.httpApi, watched })
  addQueries(service, stage, watched)
  addSampling(service, stage)
}
