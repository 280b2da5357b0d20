import { type App, CfnOutput, Stack } from 'aws-cdk-lib'
import { projectedAggregates } from '../projections/generations.ts'
import { addApi } from './constructs/api.ts'
import { addEventStore } from './constructs/event-store.ts'
import { addFunction, allow, allowInvoke } from './constructs/lambda-function.ts'
import { addReadModel } from './constructs/read-model.ts'
import { addRegistration } from './constructs/registration.ts'
import { addReservations } from './constructs/reservations.ts'
import { addSignIn } from './constructs/sign-in.ts'
import { addStreamMapping } from './constructs/stream-mapping.ts'
import { addTamperAlarm } from './constructs/tamper-alarm.ts'

/** The whole backend, in whatever account and region it is deployed to. `bundles` is the folder of the functions. */
export function addAnnalsStack(app: App, bundles: string): Stack {
  const stack = new Stack(app, 'Annals', {
    description: 'Annals: an event-sourced backend on DynamoDB Streams',
    terminationProtection: true,
  })
  const eventStore = addEventStore(stack)
  const reservations = addReservations(stack)
  const readModel = addReadModel(stack)
  const signIn = addSignIn(stack)
  const tables = { EVENT_STORE_TABLE: eventStore.tableName, READ_MODEL_TABLE: readModel.tableName }

  const registration = addRegistration(stack, { bundles, eventStore, reservations, signIn })
  const onFirstUse = {
    REGISTRATION_FUNCTION: registration.functionName,
    USER_POOL_ID: signIn.userPool.userPoolId,
  }

  const commandApi = addFunction(stack, 'CommandApi', {
    ...{ name: 'command-api', bundles, memoryMb: 512 },
    // A command gives up after 10 s by itself.
    timeoutSeconds: 15,
    environment: {
      EVENT_STORE_TABLE: eventStore.tableName,
      RESERVATION_TABLE: reservations.tableName,
      ...onFirstUse,
    },
  })
  allow(commandApi, eventStore.tableArn, ['PutItem', 'Query'])
  allow(commandApi, reservations.tableArn, ['GetItem', 'Query', 'PutItem', 'DeleteItem'])
  allowInvoke(commandApi, registration)

  const queryApi = addFunction(stack, 'QueryApi', {
    ...{ name: 'query-api', bundles, memoryMb: 512, timeoutSeconds: 10 },
    environment: { ...tables, ...onFirstUse, USER_POOL_CLIENT_ID: signIn.client.userPoolClientId },
  })
  allow(queryApi, eventStore.tableArn, ['Query'])
  // It writes as well: where `Read-After` asks for it, it catches a stream up as the projector does.
  allow(queryApi, readModel.tableArn, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem'])
  allowInvoke(queryApi, registration)

  const projector = addFunction(stack, 'Projector', {
    ...{ name: 'projector', bundles, memoryMb: 512, timeoutSeconds: 60 },
    environment: tables,
  })
  allow(projector, eventStore.tableArn, ['Query'])
  // A transaction needs what its items need: there is no action for the transaction itself.
  allow(projector, readModel.tableArn, ['GetItem', 'PutItem', 'DeleteItem'])
  addStreamMapping(projector, { eventStore, aggregates: projectedAggregates })
  addTamperAlarm(projector)

  const api = addApi(stack, { functions: { 'command-api': commandApi, 'query-api': queryApi }, signIn })
  new CfnOutput(stack, 'ApiUrl', { value: api.apiEndpoint })
  new CfnOutput(stack, 'UserPoolId', { value: signIn.userPool.userPoolId })
  new CfnOutput(stack, 'UserPoolClientId', { value: signIn.client.userPoolClientId })
  return stack
}
