import type { Log } from '../../gateway/aws-service.ts'
import { isLoopback } from './client.ts'
import { startDynoxide } from './dynoxide.ts'

/** The DynamoDB that holds the tables. */
export interface DatabaseEngine {
  readonly endpoint: string
  /** Whether it is the embedded one, which names itself as the region of its ARNs. */
  readonly isEmbedded: boolean
  close(): Promise<void>
}

/**
 * Starts the embedded DynamoDB on the data folder, which it locks, or takes the one at `endpoint` instead.
 *
 * @throws Error in one line if `endpoint` is not on this machine and `allowRemote` is not set, or if the engine cannot
 * start.
 */
export async function startEngine(o: {
  readonly dataDir: string
  readonly endpoint?: string
  readonly allowRemote: boolean
  readonly log: Log
}): Promise<DatabaseEngine> {
  if (o.endpoint === undefined) {
    const { endpoint, close } = await startDynoxide(o)
    return { endpoint, isEmbedded: true, close }
  }
  if (!isLoopback(o.endpoint) && !o.allowRemote) {
    throw new Error(
      `DynamoDB at ${o.endpoint} is not on this machine: --allow-remote says that it may be used`,
    )
  }
  return { endpoint: o.endpoint, isEmbedded: false, close: async () => {} }
}
