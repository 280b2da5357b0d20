import { setTimeout as pause } from 'node:timers/promises'
import * as z from 'zod/mini'
import { openStores } from '../cli/ops/ports.ts'
import { prefixesOf } from '../cli/ops/stack.ts'
import { readConfig } from './smoke/backend.ts'
import { featureSteps } from './smoke/features.ts'
import { openPeople } from './smoke/people.ts'
import { smoke } from './smoke/smoke.ts'
import { openRunning, type Running } from './steps/running.ts'

/** The outputs of the stacks that a deployment uses afterwards. */
const outputsOf = z.object({
  ApiUrl: z.string(),
  EventStoreTable: z.string(),
  EventStoreStreamArn: z.string(),
  ReadModelTable: z.string(),
  EventBusName: z.string(),
})

export interface BackendOptions {
  readonly stage: string
  /** Write units a second at most, for read models that are built. */
  readonly speed: string | undefined
  readonly tell: (line: string) => void
}

/** Opens the backend that the outputs of its stacks name. Throws an Error if they are those of another template. */
export async function openBackend(
  outputs: Readonly<Record<string, string>>,
  { stage, speed, tell }: BackendOptions,
): Promise<Running> {
  const { data } = outputsOf.safeParse(outputs)
  if (data === undefined)
    throw new Error(
      `the stacks of the stage ${stage} lack an output of this template: deploy with the checkout of before`,
    )
  const stores = openStores({ isLocal: false, client: {}, outputs: data, prefixes: prefixesOf(stage) })
  const ports = { ...stores, ...(await stores.code()) }
  const interrupted = new AbortController()
  const untilInterrupted = () => {
    process.once('SIGINT', () => interrupted.abort())
    return interrupted.signal
  }
  return openRunning(ports, {
    stage,
    speed,
    tell,
    untilInterrupted,
    smoke: async () =>
      smoke({
        apiUrl: data.ApiUrl,
        people: openPeople(await readConfig(data.ApiUrl)),
        features: featureSteps,
        elapsed: () => performance.now(),
        pause: (ms) => pause(ms),
        tell,
      }),
  })
}
