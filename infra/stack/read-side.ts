import { CfnOutput, type Stack } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { changedCommit, parkedStream } from '../../projections/delivery/stream-handler.ts'
import { versions } from '../../projections/versions.ts'
import type { Stage } from '../stages/read-stage.ts'
import type { Api } from './api.ts'
import { addRoutes } from './parts/http-api.ts'
import { addFunction, allow, type LiveFunction } from './parts/lambda-function.ts'
import { addLogAlarm, type LogAlarmOptions } from './parts/log-alarm.ts'
import { addReadModel } from './parts/read-model.ts'
import { addRedrive, addStreamFailures, alarmOnStreamFailures, type StreamFailures } from './parts/redrive.ts'
import { letRegister } from './parts/registration.ts'
import type { Stored } from './parts/stored.ts'
import { addStreamMapping, changedCommits, newCommits } from './parts/stream-mapping.ts'
import type { WriteSide } from './write-side.ts'

export interface ReadSideData {
  readonly readModel: TableV2
  /** Batches that the projector failed at. */
  readonly failures: StreamFailures
}

export interface ReadSideOptions {
  readonly bundles: string
  readonly stage: Stage
  readonly api: Api
  readonly writeSide: WriteSide
  readonly data: ReadSideData
}

export interface ReadSide {
  readonly readModel: TableV2
  readonly queryApi: LiveFunction
}

/** The table of the read models, and the batches that the projector failed at. */
export function addReadSideData(data: Stack, stored: Stored): ReadSideData {
  const readModel = addReadModel(data, stored)
  new CfnOutput(data, 'ReadModelTable', { value: readModel.tableName })
  return { readModel, failures: addStreamFailures(data, 'Projector') }
}

/** The functions of the read side: the projector, which keeps the read model current, its redrive and the query API. */
export function addReadSide(service: Stack, options: ReadSideOptions): ReadSide {
  addProjector(service, options)
  return { readModel: options.data.readModel, queryApi: addQueryApi(service, options) }
}

/** The line of a stream that an event holds up, in the log of any function that handles streams. */
export const parkedStreams: LogAlarmOptions = {
  name: 'ParkedStreams',
  level: 'ERROR',
  message: parkedStream,
  description:
    'A stream holds an event that this code cannot handle. npm run ops -- parked list says which and why.',
}

/** Guards and rows, rows that events remove, and counters. */
const projecting = ['PutItem', 'DeleteItem', 'BatchWriteItem', 'UpdateItem'] as const

function environmentOf({ data, writeSide }: ReadSideOptions) {
  return { EVENT_STORE_TABLE: writeSide.eventStore.tableName, READ_MODEL_TABLE: data.readModel.tableName }
}

function addProjector(service: Stack, options: ReadSideOptions): void {
  const { bundles, stage, data } = options
  const { eventStore } = options.writeSide
  const { failures } = data
  const shared = { bundles, stage, environment: environmentOf(options) }
  const projector = addFunction(service, 'Projector', {
    ...shared,
    name: 'projector',
    timeoutSeconds: 60,
  })
  alarmOnStreamFailures(service, 'Projector', failures)
  addStreamMapping(projector, {
    stage,
    eventStore,
    filters: [newCommits(versions.categories), changedCommits],
    failures: failures.queue,
  })
  const projectorRedrive = addRedrive(service, 'ProjectorRedrive', {
    ...shared,
    name: 'projector-redrive',
    eventStore,
    failures: failures.queue,
  })
  for (const target of [projector, projectorRedrive]) {
    allow(target, eventStore.tableArn, ['Query'])
    // The functions read the list of generations and the guards. A transaction needs the grants of its items only.
    allow(target, data.readModel.tableArn, ['BatchGetItem', 'GetItem', ...projecting])
  }
  // No policy can prevent such a change, because none can require the condition of a put.
  addLogAlarm(stage, [projector, projectorRedrive], {
    name: 'ChangedCommits',
    level: 'CRITICAL',
    message: changedCommit,
    description: 'A commit was changed or removed. The log of the projector says which.',
  })
  addLogAlarm(stage, [projector, projectorRedrive], parkedStreams)
}

function addQueryApi(service: Stack, options: ReadSideOptions): LiveFunction {
  const { bundles, stage, api, writeSide, data } = options
  const queryApi = addFunction(service, 'QueryApi', {
    name: 'query-api',
    bundles,
    stage,
    timeoutSeconds: 10,
    startsTraces: true,
    environment: {
      ...environmentOf(options),
      USER_POOL_CLIENT_ID: api.signIn.client.userPoolClientId,
    },
  })
  allow(queryApi, writeSide.eventStore.tableArn, ['Query'])
  // The query API writes as well: for `Read-After` it catches a stream up as the projector does.
  allow(queryApi, data.readModel.tableArn, ['GetItem', 'BatchGetItem', 'Query', ...projecting])
  letRegister(queryApi, writeSide.registration)
  addRoutes(service, api, 'query-api', queryApi)
  return queryApi
}
