import type { Cost } from '../../domain/kernel/cost.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import type { RowKey } from '../engine/projection.ts'

/** The name of the forwarder, in the place of a generation's id. */
export const forwarderName = 'forwarder'

/** The key of a stream's mark in the read model's table. */
export function markKey(stream: StreamName): RowKey {
  return { PK: `${forwarderName}#${stream}`, SK: 'parked' }
}

/** That a stream is not forwarded from a version on, and why. */
export interface Mark {
  /** Version of the first event that may not have been sent. */
  readonly version: number
  readonly error: string
  /** When it was last tried, ISO 8601 UTC. Each mark of a stream has a later one than the mark before. */
  readonly at: string
  /** The type of the event, and the beginning of the error's stack. */
  readonly type?: string | undefined
  readonly stack?: string | undefined
}

/** The port to the marks. `test/contract/parked-streams.ts` says what an adapter does. */
export interface ParkedStreams {
  /** The marks of those streams that are parked, read consistently. */
  read(
    streams: readonly StreamName[],
  ): Promise<{ readonly marks: ReadonlyMap<StreamName, Mark>; readonly cost: Cost }>
  /**
   * Puts a mark in the place of the one that was read; `undefined` stands for none. `again`: there is another
   * by now; read it again. Throws `unavailable` where the outcome is unknown.
   */
  move(
    stream: StreamName,
    from: Mark | undefined,
    to: Mark | undefined,
  ): Promise<{ readonly outcome: 'moved' | 'again'; readonly cost: Cost }>
}
