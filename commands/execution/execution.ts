import type { Command } from '../../domain/kernel/decider.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'

/** One command on one stream, with the ids that make it repeatable. */
export interface Execution<C extends Command> {
  readonly stream: StreamName
  readonly command: C
  readonly commandId: string
  readonly digest: string
  /** Whether it creates the stream, whose name follows from the command id: a repeat is found however old the first is. */
  readonly creates?: boolean
  /** The version that the client saw; another one is `version-mismatch`. */
  readonly expectedVersion?: number | undefined
  readonly correlationId: string
  readonly causationId: string
}
