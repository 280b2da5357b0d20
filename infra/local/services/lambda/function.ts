import type { ChildProcess } from 'node:child_process'
import type { ServerResponse } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { endProcess, spawnBound } from '../../cloud/bound-process.ts'
import type { Faults } from '../../faults/faults.ts'
import type { Log } from '../../gateway/aws-service.ts'
import type { Invocation } from '../event-sources/stream-batch.ts'

export interface FunctionDefinition {
  readonly logicalId: string
  readonly arn: string
  readonly name: string
  /** Folder with the code. */
  readonly folder: string
  readonly handler: string
  /** The variables that the template gives. */
  readonly environment: Readonly<Record<string, string>>
  readonly timeoutSeconds: number
  readonly memoryMb: number
  readonly logGroup: string
  /** `ReservedConcurrentExecutions` */
  readonly reserved: number | undefined
}

export interface LambdaFunction {
  /** As it was made or last replaced. */
  definition(): FunctionDefinition
  /** Takes another definition for what is invoked from now on; what is under way is finished by the old one. */
  replace(next: FunctionDefinition): void
  invoke(payload: string, requestId?: string): Promise<Invocation>
  environment(id: string): Environment | undefined
  close(): Promise<void>
}

/** One process of a function, as the Runtime API speaks to it. */
export interface Environment {
  /** The process asks for work; the response is answered when there is some. */
  next(response: ServerResponse): void
  respond(requestId: string, body: string): void
  respondError(requestId: string, body: string): void
  /** The process could not start. */
  fail(body: string): void
}

interface Work {
  readonly requestId: string
  readonly payload: string
  readonly settle: (invocation: Invocation) => void
}

/** Environments take 45 to 60 MB each: on one machine, what finds none free waits instead. */
const maxEnvironments = 3
const idleMs = 5 * 60_000
const initMs = 10_000
const dayMs = 24 * 3_600_000
/** Of a synchronous answer: 6 MB (Lambda quotas). */
const maxAnswerBytes = 6_291_556

const closing: Invocation = {
  payload: null,
  error: { errorType: 'LocalCloud.Closing', errorMessage: 'The local cloud is closing' },
}

const bootstrap = fileURLToPath(new URL('bootstrap.mjs', import.meta.url))

/** A function with its queue of invocations and its environments, each of which works on one at a time. */
export function createFunction(
  first: FunctionDefinition,
  o: {
    readonly region: string
    readonly endpoint: string
    /** `AWS_LAMBDA_RUNTIME_API` of an environment. */
    readonly runtimeApi: (id: string) => string
    readonly newId: () => string
    /** Whether an environment is killed while it works, at the place `run <name of the function>`. */
    readonly faults: Faults
    /** Where a debugger finds it. Then it has one process, and all the time in the world. */
    readonly inspectPort?: number | undefined
    readonly log: Log
  },
): LambdaFunction {
  const { logicalId } = first
  let current = first
  const queue: Work[] = []
  const environments = new Map<string, ReturnType<typeof start>>()
  let closed = false

  function dispatch(): void {
    // A debugger's port is free again only when its process is gone.
    const limit = o.inspectPort ? 1 : Math.min(maxEnvironments, current.reserved ?? maxEnvironments)
    const all = [...environments.values()]
    for (const environment of all) environment.take()
    if (queue.length > all.filter((e) => e.isStarting()).length && environments.size < limit) start()
  }

  function start() {
    const id = o.newId()
    const definition = current
    const debug = o.inspectPort === undefined ? [] : [`--inspect=127.0.0.1:${o.inspectPort}`]
    const child = spawnBound(process.execPath, ['--enable-source-maps', ...debug, bootstrap], {
      cwd: definition.folder,
      env: variables(definition, { ...o, id }),
    })
    logLines(child, (line) => o.log(logicalId, line))
    let work: Work | undefined
    let waiting: ServerResponse | undefined
    let started = false
    let retired = false
    let failure: Invocation['error']
    // Runs out when the process does not get ready, the work takes too long, or there is none for long.
    let patience = setTimeout(() => end('Init', `Init timed out after ${initMs / 1000} seconds`), initMs)

    function settle(invocation: Invocation): void {
      const settled = work
      work = undefined
      settled?.settle(invocation)
    }

    function end(kind: string, message: string): void {
      failure = { errorType: `Sandbox.${kind}`, errorMessage: message }
      child.kill('SIGKILL')
    }

    function wait(ms: number, runOut: () => void): void {
      clearTimeout(patience)
      patience = setTimeout(runOut, ms)
    }

    /** Ends the process, which has nothing to do and is given nothing any more. */
    function leave(): void {
      waiting = undefined
      child.kill('SIGTERM')
    }

    child.once('error', (error) => o.log(logicalId, `cannot be started: ${error.message}`))
    child.once('close', (code, signal) => {
      clearTimeout(patience)
      environments.delete(id)
      // Whoever caused a start that failed learns of it; an idle environment that ends is nobody's failure.
      if (!started) work ??= queue.shift()
      const reason = signal ?? `exit status ${code}`
      settle({
        payload: null,
        error: failure ?? { errorType: 'Runtime.ExitError', errorMessage: `Runtime exited: ${reason}` },
      })
      dispatch()
    })

    const environment = {
      child,
      isStarting: () => !started,
      next(response: ServerResponse) {
        started = true
        if (retired) return leave()
        waiting = response
        wait(idleMs, leave)
        dispatch()
      },
      /** Gives it no more work, and ends it once it has none. */
      retire() {
        retired = true
        if (waiting !== undefined) leave()
      },
      take() {
        if (waiting === undefined) return
        work = queue.shift()
        if (work === undefined) return
        const milliseconds = o.inspectPort ? dayMs : definition.timeoutSeconds * 1000
        const seconds = definition.timeoutSeconds.toFixed(2)
        wait(milliseconds, () => end('Timedout', `Task timed out after ${seconds} seconds`))
        waiting
          .writeHead(200, {
            'content-type': 'application/json',
            'lambda-runtime-aws-request-id': work.requestId,
            'lambda-runtime-deadline-ms': String(Date.now() + milliseconds),
            'lambda-runtime-invoked-function-arn': definition.arn,
          })
          .end(work.payload)
        waiting = undefined
        const killed = o.faults.draw(`run ${definition.name}`, ['kill'])
        if (killed) setTimeout(() => child.kill('SIGKILL'), killed.afterMs)
      },
      respond(requestId: string, body: string) {
        if (work?.requestId !== requestId) return
        const tooLarge = Buffer.byteLength(body) > maxAnswerBytes
        settle(
          tooLarge
            ? {
                payload: null,
                error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage: 'Over 6 MB' },
              }
            : { payload: JSON.parse(body) },
        )
      },
      respondError(requestId: string, body: string) {
        if (work?.requestId === requestId) settle({ payload: null, error: errorOf(body) })
      },
      fail(body: string) {
        failure = errorOf(body)
      },
    }
    environments.set(id, environment)
    return environment
  }

  return {
    definition: () => current,
    replace(next) {
      current = next
      for (const environment of environments.values()) environment.retire()
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
      await Promise.all([...environments.values()].map(({ child }) => endProcess(child)))
    },
  }
}

/** What every function signs with, by a key id of its own. */
export const secretAccessKey = 'local'

/** Exactly what the template gives and what Lambda adds (Lambda developer guide, "Defined runtime environment variables"). */
function variables(
  definition: FunctionDefinition,
  o: { region: string; endpoint: string; runtimeApi: (id: string) => string; id: string },
): Record<string, string> {
  const { logicalId, name, folder, handler, memoryMb, logGroup, environment } = definition
  return {
    ...environment,
    _HANDLER: handler,
    AWS_REGION: o.region,
    AWS_DEFAULT_REGION: o.region,
    // The gateway knows by the key id whose role to check.
    AWS_ACCESS_KEY_ID: logicalId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_ENDPOINT_URL: o.endpoint,
    AWS_LAMBDA_RUNTIME_API: o.runtimeApi(o.id),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: o.id,
    LAMBDA_TASK_ROOT: folder,
    PATH: process.env['PATH'] ?? '',
    // Lambda has the runtime that the template names; a warning about this machine's Node would be beside the point.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    TZ: ':UTC',
  }
}

function logLines(child: ChildProcess, log: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', log)
  }
}

function errorOf(body: string): { errorType: string; errorMessage: string } {
  // Written by the bootstrap.
  const { errorType, errorMessage } = JSON.parse(body) as { errorType: string; errorMessage: string }
  return { errorType, errorMessage }
}
