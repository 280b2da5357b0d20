import { createDynamoClient } from '../../../commands/aws/dynamo-client.ts'
import { systemClock as clock } from '../../../commands/aws/system-clock.ts'
import type { CommitTable } from '../../../commands/event-store/commit-table.ts'
import { createDynamoCommitTable } from '../../../commands/event-store/dynamo-commit-table.ts'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import type { Clock } from '../../../domain/kernel/clock.ts'
import type { Aggregate, Command } from '../../../domain/kernel/decider.ts'
import type { Event } from '../../../domain/kernel/event.ts'
import type { EventStore } from '../../../domain/kernel/event-store.ts'
import { createDynamoParkedIndex } from '../../../projections/engine/dynamo-parked-index.ts'
import { createDynamoRowStore } from '../../../projections/engine/dynamo-row-store.ts'
import type { ParkedIndex } from '../../../projections/engine/parked-index.ts'
import type { RowStore } from '../../../projections/engine/row-store.ts'
import { createDynamoGenerationLists } from '../../../projections/generations/dynamo-generation-lists.ts'
import type { GenerationLists } from '../../../projections/generations/generation-list.ts'
import type { ProjectionVersions } from '../../../projections/generations/projection-versions.ts'
import { createDynamoParkedStreams } from '../../../projections/publishing/dynamo-parked-streams.ts'
import type { EventBus } from '../../../projections/publishing/event-bus.ts'
import type { EventCatalogue } from '../../../projections/publishing/event-catalogue.ts'
import { createEventBridgeBus } from '../../../projections/publishing/eventbridge-event-bus.ts'
import type { ParkedStreams } from '../../../projections/publishing/parked-streams.ts'
import type { Checkpoints } from '../../../projections/rebuild/replay/checkpoints.ts'
import { createDynamoCheckpoints } from '../../../projections/rebuild/replay/dynamo-checkpoints.ts'
import { createDynamoRowRemover } from '../../../projections/rebuild/replay/dynamo-row-remover.ts'
import type { ReplayPorts } from '../../../projections/rebuild/replay/replay.ts'
import type { RowRemover } from '../../../projections/rebuild/replay/row-remover.ts'
import type { CommitScan } from '../../../projections/rebuild/walk/commit-scan.ts'
import { createDynamoCommitScan } from '../../../projections/rebuild/walk/dynamo-commit-scan.ts'
import type { ReactionRow } from '../../../workflows/reactions/reaction-row.ts'
import { type AdminGroup, openAdminGroup } from './admin-group.ts'
import type { FailedWork } from './failures/failed-work.ts'
import { type GuardScan, scanGuards } from './guard-scan.ts'
import { createHandledEvents, type HandledEvents } from './handled-events.ts'
import { type DeliveryLag, openLocalPages } from './local-pages.ts'
import { readNewItems } from './new-items.ts'
import { reasonOf } from './printing.ts'
import type { Stack } from './stack.ts'
import type { FunctionLogs } from './trace/logs.ts'

/** The features of this checkout. They are loaded when a command needs them, because any of them may be broken. */
export interface Code {
  readonly catalogue: EventCatalogue
  /** The aggregate of a category. Throws `unreadable` if there is none. */
  readonly aggregateNamed: (category: string) => Aggregate<unknown, Command, Event>
  readonly versions: ProjectionVersions
  readonly reactions: readonly Pick<ReactionRow, 'name' | 'eventTypes'>[]
}

/** The stores of a running backend, without the code of any feature. Tests give the commands stores in memory. */
export interface Stores {
  /** Reads commits, even those that the event store refuses to read. This port cannot write. */
  readonly commits: Pick<CommitTable, 'query'>
  readonly store: EventStore
  readonly scan: CommitScan
  readonly rows: RowStore
  readonly index: ParkedIndex
  readonly parked: ParkedStreams
  readonly bus: EventBus
  readonly lists: GenerationLists
  readonly checkpoints: Checkpoints
  readonly scanOf: ReplayPorts['scanOf']
  readonly remover: RowRemover
  readonly clock: Clock
  /** Yields the items of commits that are put from now on. `onReady` is called once no further item can be missed. */
  readonly newItems: (signal: AbortSignal, onReady: () => void) => AsyncIterable<unknown>
  /** The guards of a read model, a page at a time. */
  readonly guards: GuardScan
  /** The events that reactions have handled. */
  readonly handled: HandledEvents
  /** The queues of waiting and failed work. Their clients are loaded when a command needs them. */
  readonly failedWork: () => Promise<FailedWork>
  /** The logs of the functions. Their client is loaded when a command needs it. */
  readonly functionLogs: () => Promise<FunctionLogs>
  /** The people in the group `admin`. */
  readonly admins: AdminGroup
  /** How far the deliveries of the stream are behind; undefined if the backend runs in an account. */
  readonly deliveryLag?: (() => Promise<readonly DeliveryLag[]>) | undefined
  /** When the oldest invocation that is running began; undefined if the backend runs in an account. */
  readonly oldestInvocation?: (() => Promise<number | undefined>) | undefined
  /** Loads the code of the features. */
  readonly code: () => Promise<Code>
}

/** The stores together with the code of the features. */
export interface Ports extends Stores, Code {}

/** Throws an Error in one line if a module of this checkout cannot be loaded. */
async function loadCode(): Promise<Code> {
  try {
    const [{ eventCatalogue }, { aggregateNamed }, { versions }, { reactions }] = await Promise.all([
      import('../../../projections/event-catalogue.ts'),
      import('../../../domain/aggregates.ts'),
      import('../../../projections/versions.ts'),
      import('../../../workflows/reactions.ts'),
    ])
    return { catalogue: eventCatalogue, aggregateNamed, versions, reactions }
  } catch (error) {
    throw new Error(`this checkout cannot be loaded: ${reasonOf(error)}`)
  }
}

/** The stores of a running backend. */
export function openStores({ client: settings, outputs, prefixes, isLocal }: Stack): Stores {
  const client = createDynamoClient(settings)
  const commits = createDynamoCommitTable(client, outputs.EventStoreTable)
  return {
    commits,
    store: createEventStore(commits, clock),
    scan: createDynamoCommitScan(client, outputs.EventStoreTable),
    rows: createDynamoRowStore(client, outputs.ReadModelTable, clock),
    index: createDynamoParkedIndex(client, outputs.ReadModelTable),
    parked: createDynamoParkedStreams(client, outputs.ReadModelTable, clock),
    bus: createEventBridgeBus(outputs.EventBusName, settings),
    lists: createDynamoGenerationLists(client, outputs.ReadModelTable, clock),
    checkpoints: createDynamoCheckpoints(client, outputs.ReadModelTable, clock),
    scanOf: (segment, segments) =>
      createDynamoCommitScan(client, outputs.EventStoreTable, { segment, segments }),
    remover: createDynamoRowRemover(client, outputs.ReadModelTable, clock),
    clock,
    newItems: (signal, onReady) =>
      readNewItems({ settings, streamArn: outputs.EventStoreStreamArn, signal, onReady }),
    guards: scanGuards(client, outputs.ReadModelTable),
    handled: createHandledEvents(client, outputs.HandledEventsTable),
    failedWork: async () => {
      const { openFailedWork } = await import('./failures/aws-failed-work.ts')
      return openFailedWork(settings, prefixes)
    },
    functionLogs: async () => {
      const { openFunctionLogs } = await import('./trace/cloudwatch-function-logs.ts')
      return openFunctionLogs(settings, prefixes)
    },
    admins: openAdminGroup(settings, outputs.UserPoolId),
    ...(isLocal && settings.endpoint !== undefined && openLocalPages(settings.endpoint)),
    code: loadCode,
  }
}
