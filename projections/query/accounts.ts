import type { AccountStatus } from '../../commands/http/access.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'

/** How the query API finds the status of a person's account in a read model. */
export interface Accounts {
  /** Name of the projection that folds accounts. */
  readonly projection: string
  /** The stream of a person's account. Every answer depends on it. */
  streamOf(userId: string): StreamName
  /** The status in a state of any version of the projection. Throws for the state of another projection. */
  statusOf(state: unknown): AccountStatus
}
