import { type App, CfnOutput, Stack } from 'aws-cdk-lib'
import { EventBus } from 'aws-cdk-lib/aws-events'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { changedCommit, parkedStream } from '../../projections/delivery/stream-handler.ts'
import { versions } from '../../projections/versions.ts'
import type { PipelineType } from '../build/settings.ts'
import { addApi } from './parts/api.ts'
import { addEventStore } from './parts/event-store.ts'
import { addFiles } from './parts/file-bucket.ts'
import { addInvoicing } from './parts/invoicing.ts'
import { addFunction, allow, allowInvoke } from './parts/lambda-function.ts'
import { addLogAlarm } from './parts/log-alarm.ts'
import { addMailSender, allowMail } from './parts/mail.ts'
import { addHandledEvents, addReaction } from './parts/reactions.ts'
import { addReadModel } from './parts/read-model.ts'
import { addRedrive, addStreamFailures } from './parts/redrive.ts'
import { addRegistration } from './parts/registration.ts'
import { addReservations } from './parts/reservations.ts'
import { addSchedule } from './parts/schedule.ts'
import { addSignIn } from './parts/sign-in.ts'
import { addStreamMapping, changedCommits, newCommits } from './parts/stream-mapping.ts'
import { addUploadExpiry } from './parts/upload-expiry.ts'
import { addUploadPipeline, allowFiles } from './parts/upload-pipeline.ts'

export interface StackOptions {
  /** Folder of the functions. */
  readonly bundles: string
  /** Address that mail comes from. */
  readonly mailFrom: string
  /** `EXPRESS` where nothing is said. */
  readonly pipelineType?: PipelineType
}

/** The whole backend, in whatever account and region it is deployed to. */
export function addAnnalsStack(
  app: App,
  { bundles, mailFrom, pipelineType = 'EXPRESS' }: StackOptions,
): Stack {
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

  const commanding = {
    EVENT_STORE_TABLE: eventStore.tableName,
    RESERVATION_TABLE: reservations.tableName,
    ...onFirstUse,
  }
  const commandApi = addFunction(stack, 'CommandApi', {
    name: 'command-api',
    bundles,
    memoryMb: 512,
    environment: commanding,
    // A command gives up after 10 s by itself.
    timeoutSeconds: 15,
  })
  allow(commandApi, eventStore.tableArn, ['PutItem', 'Query'])
  allow(commandApi, reservations.tableArn, ['GetItem', 'Query', 'PutItem', 'DeleteItem'])
  allowInvoke(commandApi, registration)

  const files = addFiles(stack)
  const uploadApi = addFunction(stack, 'UploadApi', {
    name: 'upload-api',
    bundles,
    memoryMb: 512,
    timeoutSeconds: 15,
    environment: { ...commanding, FILES_BUCKET: files.bucketName },
  })
  allow(uploadApi, eventStore.tableArn, ['PutItem', 'Query'])
  // Who holds a form that it has signed may do what it may.
  allowFiles(uploadApi, files, 'incoming', ['PutObject'])
  allowInvoke(uploadApi, registration)

  // Guards and rows, rows that events leave, and counters.
  const projecting = ['PutItem', 'DeleteItem', 'BatchWriteItem', 'UpdateItem'] as const

  const queryApi = addFunction(stack, 'QueryApi', {
    name: 'query-api',
    bundles,
    memoryMb: 512,
    timeoutSeconds: 10,
    environment: {
      ...tables,
      ...onFirstUse,
      USER_POOL_CLIENT_ID: signIn.client.userPoolClientId,
      FILES_BUCKET: files.bucketName,
    },
  })
  allow(queryApi, eventStore.tableArn, ['Query'])
  // It writes as well: where `Read-After` asks for it, it catches a stream up as the projector does.
  allow(queryApi, readModel.tableArn, ['GetItem', 'BatchGetItem', 'Query', ...projecting])
  allowInvoke(queryApi, registration)
  // It reads none, but whoever has a link that it signed reads with its rights.
  allowFiles(queryApi, files, 'files', ['GetObject'])

  const mayProject = (target: LambdaFunction) => {
    allow(target, eventStore.tableArn, ['Query'])
    // A transaction needs what its items need: there is no action for the transaction itself.
    // The list of generations, guards.
    allow(target, readModel.tableArn, ['BatchGetItem', 'GetItem', ...projecting])
  }
  const projector = addFunction(stack, 'Projector', {
    name: 'projector',
    bundles,
    memoryMb: 512,
    timeoutSeconds: 60,
    environment: tables,
  })
  mayProject(projector)
  const projectorFailures = addStreamFailures(stack, 'Projector')
  addStreamMapping(projector, {
    eventStore,
    filters: [newCommits(versions.categories), changedCommits],
    failures: projectorFailures,
  })
  const projectorRedrive = addRedrive(stack, 'ProjectorRedrive', {
    name: 'projector-redrive',
    bundles,
    environment: tables,
    eventStore,
    failures: projectorFailures,
  })
  mayProject(projectorRedrive)
  // No policy can prevent it: none can ask for a condition.
  addLogAlarm([projector, projectorRedrive], {
    name: 'ChangedCommits',
    level: 'CRITICAL',
    message: changedCommit,
    description: 'A commit was changed or removed. The log of the projector says which.',
  })

  const bus = new EventBus(stack, 'Events')
  const forwarding = { ...tables, EVENT_BUS_NAME: bus.eventBusName }
  const mayForward = (target: LambdaFunction) => {
    allow(target, eventStore.tableArn, ['Query'])
    // The marks of parked streams.
    allow(target, readModel.tableArn, ['BatchGetItem', 'PutItem', 'DeleteItem'])
    target.addToRolePolicy(
      new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] }),
    )
  }
  const forwarder = addFunction(stack, 'Forwarder', {
    name: 'forwarder',
    bundles,
    memoryMb: 512,
    timeoutSeconds: 60,
    environment: forwarding,
  })
  mayForward(forwarder)
  const forwarderFailures = addStreamFailures(stack, 'Forwarder')
  // All of them: one of an unknown kind is parked and not lost.
  addStreamMapping(forwarder, { eventStore, filters: [newCommits()], failures: forwarderFailures })
  const forwarderRedrive = addRedrive(stack, 'ForwarderRedrive', {
    name: 'forwarder-redrive',
    bundles,
    environment: forwarding,
    eventStore,
    failures: forwarderFailures,
  })
  mayForward(forwarderRedrive)
  addLogAlarm([projector, projectorRedrive, forwarder, forwarderRedrive], {
    name: 'ParkedStreams',
    level: 'ERROR',
    message: parkedStream,
    description:
      'A stream holds an event that this code cannot handle. npm run ops -- parked list says which and why.',
  })

  addUploadPipeline(stack, { bundles, eventStore, files, type: pipelineType })
  addUploadExpiry(stack, { bundles, eventStore, readModel, files })

  const sender = addMailSender(stack, mailFrom)
  const shared = { bundles, bus, eventStore, handled: addHandledEvents(stack) }
  const welcome = addReaction(stack, 'WelcomeEmail', {
    ...shared,
    name: 'welcome-email',
    eventType: 'UserRegistered',
    environment: { MAIL_FROM: sender.address },
  })
  allowMail(welcome, sender)
  const projectCreated = addReaction(stack, 'ProjectCreatedEmail', {
    ...shared,
    name: 'project-created-email',
    eventType: 'ProjectCreated',
    environment: { MAIL_FROM: sender.address },
  })
  allowMail(projectCreated, sender)
  const uploadCompleted = addReaction(stack, 'UploadCompletedEmail', {
    ...shared,
    name: 'upload-completed-email',
    eventType: 'UploadCompleted',
    environment: { MAIL_FROM: sender.address },
  })
  allowMail(uploadCompleted, sender)
  const uploadNotTaken = addReaction(stack, 'UploadNotTakenEmail', {
    ...shared,
    name: 'upload-not-taken-email',
    eventType: ['UploadRejected', 'UploadFailed'],
    environment: { MAIL_FROM: sender.address },
  })
  allowMail(uploadNotTaken, sender)
  const deleteSignIn = addReaction(stack, 'DeleteSignIn', {
    ...shared,
    name: 'delete-sign-in',
    eventType: 'UserDeleted',
    environment: { USER_POOL_ID: signIn.userPool.userPoolId },
  })
  deleteSignIn.addToRolePolicy(
    new PolicyStatement({
      actions: ['cognito-idp:AdminDeleteUser'],
      resources: [signIn.userPool.userPoolArn],
    }),
  )
  const invoiceEmail = addReaction(stack, 'InvoiceEmail', {
    ...shared,
    name: 'invoice-email',
    eventType: 'InvoiceIssued',
    environment: { MAIL_FROM: sender.address },
  })
  allowMail(invoiceEmail, sender)
  const endSubscription = addReaction(stack, 'EndSubscription', {
    ...shared,
    name: 'end-subscription',
    eventType: 'UserDeleted',
    environment: {},
  })
  allow(endSubscription, eventStore.tableArn, ['PutItem'])

  const { issueInvoices, failures } = addInvoicing(stack, { bundles, eventStore, readModel })
  addSchedule(stack, 'IssueInvoicesDaily', {
    function: issueInvoices,
    // Every command that was decided on in the month before has come to its end by then.
    expression: 'cron(30 0 * * ? *)',
    failures,
    description: 'Issues the invoices of the months that are over',
  })

  const api = addApi(stack, {
    functions: { 'command-api': commandApi, 'upload-api': uploadApi, 'query-api': queryApi },
    signIn,
  })
  new CfnOutput(stack, 'ApiUrl', { value: api.apiEndpoint })
  new CfnOutput(stack, 'UserPoolId', { value: signIn.userPool.userPoolId })
  new CfnOutput(stack, 'UserPoolClientId', { value: signIn.client.userPoolClientId })
  // What `npm run ops` looks for (`infra/cli/ops/stack.ts`).
  new CfnOutput(stack, 'EventStoreTable', { value: eventStore.tableName })
  new CfnOutput(stack, 'EventStoreStreamArn', { value: eventStore.tableStreamArn ?? '' })
  new CfnOutput(stack, 'ReadModelTable', { value: readModel.tableName })
  new CfnOutput(stack, 'EventBusName', { value: bus.eventBusName })
  return stack
}
