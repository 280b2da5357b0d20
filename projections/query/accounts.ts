import type { AccountStatus } from '../../commands/http/access.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'

/** How the query API learns the status of a person's account from a read model. */
export interface Accounts {
  /** Name of the projection that folds accounts. */
  readonly projection: string
  /** The stream of a person's account. Every answer depends on it. */
  streamOf(userId: string): StreamName
  /** The status in a state of the projection, of any version. Throws if the state is not one of this projection. */
  statusOf(state: unknown): AccountStatus
}
