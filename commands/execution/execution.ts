import type { Command } from '../../domain/kernel/decider.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'

/** One command on one stream, with the ids that make it repeatable. */
export interface Execution<C extends Command> {
  readonly stream: StreamName
  readonly command: C
  readonly commandId: string
  readonly digest: string
  /**
   * Whether the command creates the stream. The name of the stream then derives from the command id, and a repeat is
   * recognised at any age.
   */
  readonly creates?: boolean
  /** The version that the client read. Any other version is a `version-mismatch`. */
  readonly expectedVersion?: number | undefined
  readonly correlationId: string
  readonly causationId: string
}
