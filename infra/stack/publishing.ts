import { CfnOutput, type Stack } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { EventBus } from 'aws-cdk-lib/aws-events'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { reactions } from '../../workflows/reactions.ts'
import type { Stage } from '../stages/read-stage.ts'
import type { Api } from './api.ts'
import { addFunction, allow } from './parts/lambda-function.ts'
import { countLogLines } from './parts/log-alarm.ts'
import {
  addHandledEvents,
  addReactions,
  addReactionsData,
  logicalId,
  type Reacting,
  type Reactions,
} from './parts/reactions.ts'
import { addRedrive, addStreamFailures, alarmOnStreamFailures, type StreamFailures } from './parts/redrive.ts'
import { keep, type Stored } from './parts/stored.ts'
import { addStreamMapping, newCommits } from './parts/stream-mapping.ts'
import { parkedStreams, type ReadSide } from './read-side.ts'
import type { WriteSide } from './write-side.ts'

export interface PublishingData {
  readonly bus: EventBus
  /** Batches that the forwarder failed at. */
  readonly forwarderFailures: StreamFailures
  readonly handled: TableV2
  /** Reactions that send no mail, each with a queue of its own. */
  readonly reactions: readonly Reactions[]
}

export interface PublishingOptions {
  readonly bundles: string
  readonly stage: Stage
  readonly api: Api
  readonly writeSide: WriteSide
  readonly readSide: ReadSide
  readonly data: PublishingData
}

/** The resources that reactions to public events need. */
export type Publishing = Reacting

/** The bus of public events, the events that reactions have handled, and the queues of failed work. */
export function addPublishingData(data: Stack, stored: Stored): PublishingData {
  const bus = new EventBus(data, 'Events')
  bus.applyRemovalPolicy(keep)
  new CfnOutput(data, 'EventBusName', { value: bus.eventBusName })
  const handled = addHandledEvents(data, stored)
  new CfnOutput(data, 'HandledEventsTable', { value: handled.tableName })
  const withoutMail = reactions.filter(({ sendsMail }) => !sendsMail)
  return {
    bus,
    forwarderFailures: addStreamFailures(data, 'Forwarder'),
    handled,
    reactions: withoutMail.map((row) =>
      addReactionsData(data, logicalId(row.name), [row], { stage: stored.stage, bus }),
    ),
  }
}

/** The forwarder that sends public events to the bus, its redrive, and the reactions that send no mail. */
export function addPublishing(service: Stack, options: PublishingOptions): Publishing {
  const publishing = reactingWith(options)
  addForwarder(service, options)
  for (const one of options.data.reactions)
    for (const { name } of one.rows) addReactions(service, one, publishing, { name, concurrency: 5 })
  return publishing
}

function reactingWith({ bundles, stage, api, writeSide, data }: PublishingOptions): Reacting {
  const { bus, handled } = data
  const { eventStore } = writeSide
  const { userPoolArn, userPoolId } = api.signIn.userPool
  return {
    bundles,
    stage,
    bus,
    eventStore,
    handled,
    resources: {
      'event-store': { arn: eventStore.tableArn, environment: {} },
      'user-pool': { arn: userPoolArn, environment: { USER_POOL_ID: userPoolId } },
    },
  }
}

function addForwarder(
  service: Stack,
  {
    bundles,
    stage,
    writeSide: { eventStore },
    readSide: { readModel },
    data: { bus, forwarderFailures: failures },
  }: PublishingOptions,
): void {
  const shared = {
    bundles,
    stage,
    environment: {
      EVENT_STORE_TABLE: eventStore.tableName,
      READ_MODEL_TABLE: readModel.tableName,
      EVENT_BUS_NAME: bus.eventBusName,
    },
  }
  const forwarder = addFunction(service, 'Forwarder', {
    ...shared,
    name: 'forwarder',
    memoryMb: 512,
    timeoutSeconds: 60,
  })
  alarmOnStreamFailures(service, 'Forwarder', failures)
  // All commits: the forwarder parks a stream of an unknown category, so that none of its events is lost.
  addStreamMapping(forwarder, { stage, eventStore, filters: [newCommits()], failures: failures.queue })
  const forwarderRedrive = addRedrive(service, 'ForwarderRedrive', {
    ...shared,
    name: 'forwarder-redrive',
    eventStore,
    failures: failures.queue,
  })
  for (const target of [forwarder, forwarderRedrive]) {
    allow(target, eventStore.tableArn, ['Query'])
    // The marks of parked streams.
    allow(target, readModel.tableArn, ['BatchGetItem', 'PutItem', 'DeleteItem'])
    target.addToRolePolicy(
      new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] }),
    )
    countLogLines(stage, target, parkedStreams)
  }
}
