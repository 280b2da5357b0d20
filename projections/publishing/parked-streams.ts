import type { Cost } from '../../domain/kernel/cost.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import type { RowKey } from '../engine/projection.ts'

/** The name of the forwarder. It replaces a generation's id in keys. */
export const forwarderName = 'forwarder'

/** The key of a stream's mark in the read model's table. */
export function markKey(stream: StreamName): RowKey {
  return { PK: `${forwarderName}#${stream}`, SK: 'parked' }
}

/** The version from which a stream is not forwarded, and the reason. */
export interface Mark {
  /** Version of the first event that may not have been sent. */
  readonly version: number
  readonly error: string
  /** When the last attempt was made, ISO 8601 UTC. Each mark of a stream has a later time than the mark before it. */
  readonly at: string
  /** The type of the event, and the beginning of the error's stack. */
  readonly type?: string | undefined
  readonly stack?: string | undefined
}

/** The port to the marks. `test/contract/parked-streams.ts` specifies the behaviour of every adapter. */
export interface ParkedStreams {
  /** Reads the marks of the parked streams among these, consistently. */
  read(
    streams: readonly StreamName[],
  ): Promise<{ readonly marks: ReadonlyMap<StreamName, Mark>; readonly cost: Cost }>
  /**
   * Replaces the mark that was read; `undefined` means no mark. `again` means that another process changed the mark.
   * Read it again. Throws `unavailable` if the outcome is unknown.
   */
  move(
    stream: StreamName,
    from: Mark | undefined,
    to: Mark | undefined,
  ): Promise<{ readonly outcome: 'moved' | 'again'; readonly cost: Cost }>
}
