import type { Log } from '../../gateway/aws-service.ts'
import { isLoopback } from './client.ts'
import { startDynoxide } from './dynoxide.ts'

/** The DynamoDB that holds the tables. */
export interface DatabaseEngine {
  readonly endpoint: string
  /** Whether it is the embedded one, which names itself as the region of its ARNs. */
  readonly isEmbedded: boolean
  /** Why it does not answer at the moment; `undefined` if it answers. */
  problem(): Promise<string | undefined>
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
    const { endpoint, failure, close } = await startDynoxide(o)
    return { endpoint, isEmbedded: true, problem: async () => failure() ?? silenceOf(endpoint), close }
  }
  if (!isLoopback(o.endpoint) && !o.allowRemote) {
    throw new Error(
      `DynamoDB at ${o.endpoint} is not on this machine: --allow-remote says that it may be used`,
    )
  }
  const { endpoint } = o
  return { endpoint, isEmbedded: false, problem: () => silenceOf(endpoint), close: async () => {} }
}

/** How long a DynamoDB may take to answer at all. */
const answerWithinMs = 2000

/** Why a DynamoDB does not answer; `undefined` if it answers anything. */
async function silenceOf(endpoint: string): Promise<string | undefined> {
  try {
    await (await fetch(endpoint, { signal: AbortSignal.timeout(answerWithinMs) })).body?.cancel()
    return undefined
  } catch {
    return `${endpoint} does not answer`
  }
}
