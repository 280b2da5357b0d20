import type { AccessPorts } from '../../commands/http/access.ts'
import type { FeatureContract } from '../../commands/http/contract-types.ts'
import type { CommandHandlers } from '../../commands/http/handler-types.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import type { Problem } from '../../domain/kernel/problem.ts'
import type { ProjectionVersions } from '../../projections/generations/projection-versions.ts'
import type { EventCatalogue } from '../../projections/publishing/event-catalogue.ts'
import type { QueryApiOptions } from '../../projections/query/handle-query.ts'
import type { Seeded } from '../kit/seeded.ts'
import type { Client, CommandAnswer, Outcome } from './answers.ts'

/** An application to simulate: the parts of its functions, and the commands that people send. */
export interface SimulatedApp extends Pick<QueryApiOptions, 'accounts'> {
  readonly contract: FeatureContract
  readonly handlers: CommandHandlers
  readonly queryHandlers: QueryApiOptions['handlers']
  readonly accountStatusFrom: (store: EventStore) => AccessPorts['accountStatusOf']
  readonly versions: ProjectionVersions
  readonly catalogue: EventCatalogue
  /**
   * Creates the handler of the function that registers people. The handler returns the problem that prevents the
   * registration, if any.
   */
  readonly registration: (ports: {
    readonly store: EventStore
    readonly clock: Clock
  }) => (userId: string, remainingMs: () => number) => Promise<Problem | undefined>
  /** The projection that an operator rebuilds during the schedule. */
  readonly rebuilt: string
  /** The first command of every person, which registers them. */
  readonly arrive: (client: Client) => Promise<Outcome>
  /**
   * Creates the stream that several people share. Returns its id and the outcomes of the commands sent for
   * it.
   */
  readonly begin: (
    client: Client,
    others: readonly string[],
  ) => Promise<{ readonly outcomes: readonly Outcome[]; readonly shared: CommandAnswer }>
  /** Sends one of many commands, mostly to a shared stream. `known` is everything created so far. */
  readonly act: (
    client: Client,
    person: { readonly userId: string; readonly people: readonly string[] },
    known: CommandAnswer[],
    chance: Seeded,
  ) => Promise<Outcome>
}
