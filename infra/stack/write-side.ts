import { CfnOutput, type Stack } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { Stage } from '../stages/read-stage.ts'
import type { Api } from './api.ts'
import { addCommandFunction } from './parts/command-function.ts'
import { addEventStore } from './parts/event-store.ts'
import { addRoutes } from './parts/http-api.ts'
import { allow } from './parts/lambda-function.ts'
import { projectReservationActions } from './parts/project/reservation-actions.ts'
import { addRegistration, type Registration } from './parts/registration.ts'
import { addReservations } from './parts/reservations.ts'
import type { Stored } from './parts/stored.ts'

export interface WriteSide {
  readonly eventStore: TableV2
  readonly reservations: TableV2
  readonly registration: Registration
}

export interface WriteSideDataOptions extends Stored {
  readonly bundles: string
  readonly api: Api
}

/** A deleted account releases its address. The other actions are those of features. */
const reservationActions = ['DeleteItem', ...projectReservationActions]

/**
 * The event store with its reservations, and the function that registers people. That function belongs to the data,
 * because the user pool names it.
 */
export function addWriteSideData(data: Stack, { bundles, api, ...stored }: WriteSideDataOptions): WriteSide {
  const eventStore = addEventStore(data, stored)
  new CfnOutput(data, 'EventStoreTable', { value: eventStore.tableName })
  new CfnOutput(data, 'EventStoreStreamArn', { value: eventStore.tableStreamArn ?? '' })
  const reservations = addReservations(data, stored)
  const registration = addRegistration(data, {
    bundles,
    stage: stored.stage,
    eventStore,
    reservations,
    signIn: api.signIn,
  })
  return { eventStore, reservations, registration }
}

export interface WriteSideOptions {
  readonly bundles: string
  readonly stage: Stage
  readonly api: Api
  readonly writeSide: WriteSide
}

/** The command API. */
export function addWriteSide(service: Stack, { bundles, stage, api, writeSide }: WriteSideOptions): void {
  const commandApi = addCommandFunction(service, 'CommandApi', {
    ...writeSide,
    name: 'command-api',
    bundles,
    stage,
  })
  allow(commandApi, writeSide.reservations.tableArn, reservationActions)
  addRoutes(service, api, 'command-api', commandApi)
}
