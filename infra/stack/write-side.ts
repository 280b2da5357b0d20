import { CfnOutput, type Stack } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { Api } from './api.ts'
import { addCommandFunction } from './parts/command-function.ts'
import { addEventStore } from './parts/event-store.ts'
import { addRoutes } from './parts/http-api.ts'
import { allow } from './parts/lambda-function.ts'
import { addRegistration, type Registration } from './parts/registration.ts'
import { addReservations } from './parts/reservations.ts'

export interface WriteSideOptions {
  readonly bundles: string
  readonly api: Api
}

interface WriteSideData {
  readonly eventStore: TableV2
  readonly reservations: TableV2
}

export interface WriteSide extends WriteSideData {
  readonly registration: Registration
}

/** Everything that decides: the event store with its reservations, the registration of people and the command API. */
export function addWriteSide(stack: Stack, options: WriteSideOptions): WriteSide {
  const data = addWriteSideData(stack)
  const registration = addWriteSideFunctions(stack, data, options)
  return { ...data, registration }
}

function addWriteSideData(stack: Stack): WriteSideData {
  const eventStore = addEventStore(stack)
  new CfnOutput(stack, 'EventStoreTable', { value: eventStore.tableName })
  new CfnOutput(stack, 'EventStoreStreamArn', { value: eventStore.tableStreamArn ?? '' })
  return { eventStore, reservations: addReservations(stack) }
}

function addWriteSideFunctions(
  stack: Stack,
  data: WriteSideData,
  { bundles, api }: WriteSideOptions,
): Registration {
  const registration = addRegistration(stack, { ...data, bundles, signIn: api.signIn })
  const commandApi = addCommandFunction(stack, 'CommandApi', {
    ...data,
    name: 'command-api',
    bundles,
    registration,
  })
  allow(commandApi, data.reservations.tableArn, ['GetItem', 'Query', 'PutItem', 'DeleteItem'])
  addRoutes(api, 'command-api', commandApi)
  return registration
}
