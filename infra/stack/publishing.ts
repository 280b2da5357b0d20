import { CfnOutput, type Stack } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { EventBus } from 'aws-cdk-lib/aws-events'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { reactions } from '../../workflows/reactions.ts'
import type { Api } from './api.ts'
import { addFunction, allow } from './parts/lambda-function.ts'
import { countLogLines } from './parts/log-alarm.ts'
import {
  addHandledEvents,
  addReactionFailures,
  addReactions,
  type Reacting,
  type ReactionFailures,
} from './parts/reactions.ts'
import { addRedrive, addStreamFailures } from './parts/redrive.ts'
import { addStreamMapping, newCommits } from './parts/stream-mapping.ts'
import { parkedStreams, type ReadSide } from './read-side.ts'
import type { WriteSide } from './write-side.ts'

export interface PublishingOptions {
  readonly bundles: string
  readonly api: Api
  readonly writeSide: WriteSide
  readonly readSide: ReadSide
}

interface PublishingData {
  readonly bus: EventBus
  /** Batches that the forwarder failed at. */
  readonly forwarderFailures: Queue
  readonly handled: TableV2
  readonly reactionFailures: ReactionFailures
}

/** The resources that reactions to public events need. */
export type Publishing = Reacting

/** The bus, the forwarder that sends public events to it, its redrive, and the reactions that send no mail. */
export function addPublishing(stack: Stack, options: PublishingOptions): Publishing {
  const data = addPublishingData(stack)
  const publishing = reactingWith(data, options)
  addForwarder(stack, data, options)
  addReactions(stack, data.reactionFailures, publishing)
  return publishing
}

function addPublishingData(stack: Stack): PublishingData {
  const bus = new EventBus(stack, 'Events')
  new CfnOutput(stack, 'EventBusName', { value: bus.eventBusName })
  const handled = addHandledEvents(stack)
  new CfnOutput(stack, 'HandledEventsTable', { value: handled.tableName })
  const withoutMail = reactions.filter(({ sendsMail }) => !sendsMail)
  return {
    bus,
    forwarderFailures: addStreamFailures(stack, 'Forwarder'),
    handled,
    reactionFailures: addReactionFailures(stack, withoutMail),
  }
}

function reactingWith(
  { bus, handled }: PublishingData,
  { bundles, api, writeSide: { eventStore } }: PublishingOptions,
): Reacting {
  const { userPoolArn, userPoolId } = api.signIn.userPool
  return {
    bundles,
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
  stack: Stack,
  { bus, forwarderFailures: failures }: PublishingData,
  { bundles, writeSide: { eventStore }, readSide: { readModel } }: PublishingOptions,
): void {
  const shared = {
    bundles,
    environment: {
      EVENT_STORE_TABLE: eventStore.tableName,
      READ_MODEL_TABLE: readModel.tableName,
      EVENT_BUS_NAME: bus.eventBusName,
    },
  }
  const forwarder = addFunction(stack, 'Forwarder', {
    ...shared,
    name: 'forwarder',
    memoryMb: 512,
    timeoutSeconds: 60,
  })
  // All commits: the forwarder parks a stream of an unknown category, so that none of its events is lost.
  addStreamMapping(forwarder, { eventStore, filters: [newCommits()], failures })
  const forwarderRedrive = addRedrive(stack, 'ForwarderRedrive', {
    ...shared,
    name: 'forwarder-redrive',
    eventStore,
    failures,
  })
  for (const target of [forwarder, forwarderRedrive]) {
    allow(target, eventStore.tableArn, ['Query'])
    // The marks of parked streams.
    allow(target, readModel.tableArn, ['BatchGetItem', 'PutItem', 'DeleteItem'])
    target.addToRolePolicy(
      new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] }),
    )
    countLogLines(target, parkedStreams)
  }
}
