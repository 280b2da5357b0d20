import { CfnOutput, type Stack } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { changedCommit, parkedStream } from '../../projections/delivery/stream-handler.ts'
import { versions } from '../../projections/versions.ts'
import type { Api } from './api.ts'
import { addRoutes } from './parts/http-api.ts'
import { addFunction, allow } from './parts/lambda-function.ts'
import { addLogAlarm, type LogAlarmOptions } from './parts/log-alarm.ts'
import { addReadModel } from './parts/read-model.ts'
import { addRedrive, addStreamFailures } from './parts/redrive.ts'
import { letRegister } from './parts/registration.ts'
import { addStreamMapping, changedCommits, newCommits } from './parts/stream-mapping.ts'
import type { WriteSide } from './write-side.ts'

export interface ReadSideOptions {
  readonly bundles: string
  readonly api: Api
  readonly writeSide: WriteSide
}

interface ReadSideData {
  readonly readModel: TableV2
  /** Batches that the projector failed at. */
  readonly failures: Queue
}

export interface ReadSide {
  readonly readModel: TableV2
  readonly queryApi: LambdaFunction
}

/** Everything that answers: the read model, the projector that keeps it, its redrive and the query API. */
export function addReadSide(stack: Stack, options: ReadSideOptions): ReadSide {
  const data = addReadSideData(stack)
  addProjector(stack, data, options)
  return { readModel: data.readModel, queryApi: addQueryApi(stack, data, options) }
}

function addReadSideData(stack: Stack): ReadSideData {
  const readModel = addReadModel(stack)
  new CfnOutput(stack, 'ReadModelTable', { value: readModel.tableName })
  return { readModel, failures: addStreamFailures(stack, 'Projector') }
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

function environmentOf({ readModel }: ReadSideData, { writeSide }: ReadSideOptions) {
  return { EVENT_STORE_TABLE: writeSide.eventStore.tableName, READ_MODEL_TABLE: readModel.tableName }
}

function addProjector(stack: Stack, data: ReadSideData, options: ReadSideOptions): void {
  const { eventStore } = options.writeSide
  const { failures } = data
  const shared = { bundles: options.bundles, environment: environmentOf(data, options) }
  const projector = addFunction(stack, 'Projector', {
    ...shared,
    name: 'projector',
    memoryMb: 512,
    timeoutSeconds: 60,
  })
  addStreamMapping(projector, {
    eventStore,
    filters: [newCommits(versions.categories), changedCommits],
    failures,
  })
  const projectorRedrive = addRedrive(stack, 'ProjectorRedrive', {
    ...shared,
    name: 'projector-redrive',
    eventStore,
    failures,
  })
  for (const target of [projector, projectorRedrive]) {
    allow(target, eventStore.tableArn, ['Query'])
    // The list of generations and the guards are read. A transaction needs the actions of its items and has none itself.
    allow(target, data.readModel.tableArn, ['BatchGetItem', 'GetItem', ...projecting])
  }
  // No policy can prevent it: none can ask for the condition of a put.
  addLogAlarm([projector, projectorRedrive], {
    name: 'ChangedCommits',
    level: 'CRITICAL',
    message: changedCommit,
    description: 'A commit was changed or removed. The log of the projector says which.',
  })
  addLogAlarm([projector, projectorRedrive], parkedStreams)
}

function addQueryApi(stack: Stack, data: ReadSideData, options: ReadSideOptions): LambdaFunction {
  const { bundles, api, writeSide } = options
  const queryApi = addFunction(stack, 'QueryApi', {
    name: 'query-api',
    bundles,
    memoryMb: 512,
    timeoutSeconds: 10,
    environment: {
      ...environmentOf(data, options),
      USER_POOL_CLIENT_ID: api.signIn.client.userPoolClientId,
    },
  })
  allow(queryApi, writeSide.eventStore.tableArn, ['Query'])
  // The query API writes as well: for `Read-After` it catches a stream up as the projector does.
  allow(queryApi, data.readModel.tableArn, ['GetItem', 'BatchGetItem', 'Query', ...projecting])
  letRegister(queryApi, writeSide.registration)
  addRoutes(api, 'query-api', queryApi)
  return queryApi
}
