import type { Log } from '../../gateway/aws-service.ts'
import { isLoopback } from './client.ts'
import { startDynoxide } from './dynoxide.ts'

/** The DynamoDB that holds the tables. */
export interface DatabaseEngine {
  readonly endpoint: string
  /** Whether it is the embedded engine, which puts its own name in place of the region of its ARNs. */
  readonly isEmbedded: boolean
  /** Resolves to the reason why it does not answer at the moment; `undefined` if it answers. */
  problem(): Promise<string | undefined>
  close(): Promise<void>
}

/**
 * Starts the embedded DynamoDB on the data folder and locks the folder, or uses the DynamoDB at `endpoint` instead.
 *
 * @throws Error of one line if `endpoint` is not on this machine and `allowRemote` is not set, or if the engine
 * cannot start.
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
    throw new Error(`DynamoDB at ${o.endpoint} is not on this machine: to use it anyway, give --allow-remote`)
  }
  const { endpoint } = o
  return { endpoint, isEmbedded: false, problem: () => silenceOf(endpoint), close: async () => {} }
}

/** How long a DynamoDB may take to answer. */
const answerWithinMs = 2000

/** Resolves to the reason why a DynamoDB does not answer; `undefined` if it gives any answer. */
async function silenceOf(endpoint: string): Promise<string | undefined> {
  try {
    await (await fetch(endpoint, { signal: AbortSignal.timeout(answerWithinMs) })).body?.cancel()
    return undefined
  } catch {
    return `${endpoint} does not answer`
  }
}
