import { createDynamoClient } from '../../../commands/aws/dynamo-client.ts'
import { systemClock as clock } from '../../../commands/aws/system-clock.ts'
import type { CommitTable } from '../../../commands/event-store/commit-table.ts'
import { createDynamoCommitTable } from '../../../commands/event-store/dynamo-commit-table.ts'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { aggregateNamed } from '../../../domain/aggregates.ts'
import type { Clock } from '../../../domain/kernel/clock.ts'
import type { Aggregate, Command } from '../../../domain/kernel/decider.ts'
import type { Event } from '../../../domain/kernel/event.ts'
import type { EventStore } from '../../../domain/kernel/event-store.ts'
import { createDynamoParkedIndex } from '../../../projections/engine/dynamo-parked-index.ts'
import { createDynamoRowStore } from '../../../projections/engine/dynamo-row-store.ts'
import type { ParkedIndex } from '../../../projections/engine/parked-index.ts'
import type { RowStore } from '../../../projections/engine/row-store.ts'
import { eventCatalogue } from '../../../projections/event-catalogue.ts'
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
import { versions } from '../../../projections/versions.ts'
import { readNewItems } from './new-items.ts'
import type { Stack } from './stack.ts'

/** What the commands work on. They know no AWS, so tests give them stores in memory. */
export interface Ports {
  /** For what the store refuses to read. Nothing is put here. */
  readonly commits: Pick<CommitTable, 'query'>
  readonly store: EventStore
  readonly scan: CommitScan
  readonly rows: RowStore
  readonly index: ParkedIndex
  readonly parked: ParkedStreams
  readonly bus: EventBus
  readonly catalogue: EventCatalogue
  /** The aggregate of a category. Throws `unreadable` if there is none. */
  readonly aggregateNamed: (category: string) => Aggregate<unknown, Command, Event>
  readonly versions: ProjectionVersions
  readonly lists: GenerationLists
  readonly checkpoints: Checkpoints
  readonly scanOf: ReplayPorts['scanOf']
  readonly remover: RowRemover
  readonly clock: Clock
  /** Items of commits as they are put from now on; `onReady` is called once none is missed any more. */
  readonly newItems: (signal: AbortSignal, onReady: () => void) => AsyncIterable<unknown>
}

/** The ports of a running backend. */
export function openPorts({ client: settings, outputs }: Stack): Ports {
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
    catalogue: eventCatalogue,
    aggregateNamed,
    versions,
    lists: createDynamoGenerationLists(client, outputs.ReadModelTable, clock),
    checkpoints: createDynamoCheckpoints(client, outputs.ReadModelTable, clock),
    scanOf: (segment, segments) =>
      createDynamoCommitScan(client, outputs.EventStoreTable, { segment, segments }),
    remover: createDynamoRowRemover(client, outputs.ReadModelTable, clock),
    clock,
    newItems: (signal, onReady) =>
      readNewItems({ settings, streamArn: outputs.EventStoreStreamArn, signal, onReady }),
  }
}
