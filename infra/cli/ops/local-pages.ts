import * as z from 'zod/mini'

/** How far a function is behind the stream that is delivered to it. */
export interface DeliveryLag {
  /** Name of the function. */
  readonly to: string
  /** Number of records that were read from the stream and are not yet settled. */
  readonly records: number
  /** When the oldest of them was written; undefined if there is none. */
  readonly oldest?: string | undefined
}

const lags = z.array(z.object({ to: z.string(), records: z.number(), oldest: z.optional(z.string()) }))
const invocations = z.object({ oldest: z.optional(z.number()) })

/** The pages of a local cloud for facts that no AWS operation returns. */
export function openLocalPages(endpoint: string) {
  const read = async <T>(page: string, schema: z.ZodMiniType<T>): Promise<T> => {
    const answer = await fetch(`${endpoint}/_local/${page}`, { signal: AbortSignal.timeout(5000) })
    if (!answer.ok) throw new Error(`the local cloud answers ${answer.status} for ${page}: restart npm start`)
    return schema.parse(await answer.json())
  }
  return {
    deliveryLag: async (): Promise<readonly DeliveryLag[]> => read('lag', lags),
    oldestInvocation: async (): Promise<number | undefined> =>
      (await read('invocations', invocations)).oldest,
  }
}
