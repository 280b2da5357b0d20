import {
  type Environment,
  type EnvironmentOptions,
  type PendingInvocation,
  type RuntimeClient,
  startEnvironment,
} from './environment.ts'
import type { FunctionDefinition } from './function-definition.ts'
import type { Invocation } from './invocation.ts'

export interface LambdaFunction {
  /** Returns the current definition. */
  definition(): FunctionDefinition
  /** Uses another definition from the next invocation on. Running invocations finish with the old one. */
  replace(next: FunctionDefinition): void
  invoke(payload: string, requestId?: string): Promise<Invocation>
  environment(id: string): RuntimeClient | undefined
  close(): Promise<void>
}

/**
 * Maximum number of environments of a function, because each takes 45 to 60 MB. Further invocations wait for a free
 * one.
 */
const maxEnvironments = 3

const closing: Invocation = {
  payload: null,
  error: { errorType: 'LocalCloud.Closing', errorMessage: 'The local cloud is closing' },
}

/** Creates a function with its queue of invocations and its environments. With a debugger, it has one environment. */
export function createFunction(
  first: FunctionDefinition,
  o: Pick<
    EnvironmentOptions,
    'region' | 'endpoint' | 'runtimeApi' | 'faults' | 'inspectPort' | 'log' | 'keepLine'
  > & {
    readonly newId: () => string
  },
): LambdaFunction {
  let current = first
  const queue: PendingInvocation[] = []
  const environments = new Map<string, Environment>()
  let closed = false

  function dispatch(): void {
    // A debugger's port is free again only when its process has ended.
    const limit = o.inspectPort ? 1 : Math.min(maxEnvironments, current.reserved ?? maxEnvironments)
    const all = [...environments.values()]
    for (const environment of all) {
      const pending = environment.status() === 'idle' ? queue.shift() : undefined
      if (pending !== undefined) environment.run(pending)
    }
    const soon = all.filter((environment) => environment.isFreeSoon()).length
    if (queue.length > soon && environments.size < limit) start()
  }

  function start(): void {
    const id = o.newId()
    const definition = current
    const environment = startEnvironment({
      ...o,
      id,
      definition,
      isCurrent: () => definition === current,
      onIdle: dispatch,
      onEnd(startFailure) {
        environments.delete(id)
        // A failed start is reported to the first waiting caller. The end of an idle environment is not reported.
        if (startFailure !== undefined) queue.shift()?.settle(startFailure)
        dispatch()
      },
    })
    environments.set(id, environment)
  }

  return {
    definition: () => current,
    replace(next) {
      current = next
      for (const environment of environments.values()) environment.leaveIfIdle()
    },
    async invoke(payload, requestId = o.newId()) {
      if (closed) return closing
      return new Promise((settle) => {
        queue.push({ requestId, payload, settle })
        dispatch()
      })
    },
    environment: (id) => environments.get(id),
    async close() {
      closed = true
      for (const { settle } of queue.splice(0)) settle(closing)
      await Promise.all([...environments.values()].map((environment) => environment.close()))
    },
  }
}
