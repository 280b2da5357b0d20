import type { ChildProcess } from 'node:child_process'
import type { ServerResponse } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { endProcess, spawnBound } from '../../cloud/bound-process.ts'
import type { Faults } from '../../faults/faults.ts'
import type { Log } from '../../gateway/aws-service.ts'
import type { FunctionDefinition } from './function-definition.ts'
import type { Invocation } from './invocation.ts'
import { variables } from './variables.ts'

/** An invocation that waits for its answer. */
export interface PendingInvocation {
  readonly requestId: string
  readonly payload: string
  readonly settle: (invocation: Invocation) => void
}

/** One process of a function, as the Runtime API uses it. */
export interface RuntimeClient {
  /** Called when the process asks for work. The response is sent when there is an invocation. */
  next(response: ServerResponse): void
  respond(requestId: string, body: string): void
  respondError(requestId: string, body: string): void
  /** Called when the process could not start. */
  fail(body: string): void
}

/** The state of an environment. */
type EnvironmentState =
  /** The process has not asked for work yet. */
  | { readonly status: 'starting' }
  /** The process waits for work, which is sent as this response. */
  | { readonly status: 'idle'; readonly response: ServerResponse }
  /** The process is handling an invocation. */
  | { readonly status: 'working'; readonly pending: PendingInvocation }
  /** The process has answered, or failed, and is about to ask for work again. */
  | { readonly status: 'answered' }
  /** The process was told to end and gets no more work. */
  | { readonly status: 'leaving' }

/** An execution environment of a function: a process that works on one invocation at a time. */
export interface Environment extends RuntimeClient {
  status(): EnvironmentState['status']
  /** Whether it takes the next invocation by itself: it is starting, or has just answered. */
  isFreeSoon(): boolean
  /** Gives work to an environment that is idle. */
  run(pending: PendingInvocation): void
  /** Ends the process if it is idle. */
  leaveIfIdle(): void
  close(): Promise<void>
}

export interface EnvironmentOptions {
  readonly id: string
  readonly definition: FunctionDefinition
  readonly region: string
  readonly endpoint: string
  /** Returns the value of `AWS_LAMBDA_RUNTIME_API` for an environment. */
  readonly runtimeApi: (id: string) => string
  /** The fault `kill`, at the place `run <name of the function>`. */
  readonly faults: Faults
  /** The port for a debugger. Invocations then have no time limit. */
  readonly inspectPort?: number | undefined
  /** Whether its definition is still current. If not, the process ends instead of taking more work. */
  readonly isCurrent: () => boolean
  readonly onIdle: () => void
  /** Called when the process has ended. `startFailure` is the reason if it never asked for work. */
  readonly onEnd: (startFailure: Invocation | undefined) => void
  readonly log: Log
  /** Keeps a line of the function in its log group. */
  readonly keepLine: (logGroup: string, line: string) => void
}

/**
 * The size in MB of the space for young objects, of which Node keeps two. A handler's objects are few and short-lived, so
 * the default of 16 MB would be kept for nothing in each of many processes.
 */
const youngMb = 2
/** How long an environment without work is kept. */
const idleMs = 5 * 60_000
const initMs = 10_000
const dayMs = 24 * 3_600_000
/** Maximum size of a synchronous answer: 6 MB (Lambda quotas). */
const maxAnswerBytes = 6_291_556

const bootstrap = fileURLToPath(new URL('bootstrap.mjs', import.meta.url))

/** Starts the process of an environment. */
export function startEnvironment(o: EnvironmentOptions): Environment {
  const { definition } = o
  const child = startProcess(o)
  let state: EnvironmentState = { status: 'starting' }
  /** The reason for the end of the process, if the local cloud or the bootstrap knows it. */
  let failure: Invocation['error']
  // The time limit for the current state: the start of the process, an invocation, or the time without one.
  let patience = setTimeout(() => kill('Init', `Init timed out after ${initMs / 1000} seconds`), initMs)

  function wait(ms: number, runOut: () => void): void {
    clearTimeout(patience)
    patience = setTimeout(runOut, ms)
  }

  function kill(kind: string, message: string): void {
    failure = { errorType: `Sandbox.${kind}`, errorMessage: message }
    child.kill('SIGKILL')
  }

  function leave(): void {
    state = { status: 'leaving' }
    child.kill('SIGTERM')
  }

  /** Settles the pending invocation, if it has this id. */
  function settle(requestId: string, outcome: () => Invocation): void {
    if (state.status !== 'working' || state.pending.requestId !== requestId) return
    const { pending } = state
    const settled = outcome()
    state = { status: 'answered' }
    pending.settle(settled)
  }

  child.once('close', (code, signal) => {
    clearTimeout(patience)
    const errorMessage = `Runtime exited: ${signal ?? `exit status ${code}`}`
    const ended: Invocation = {
      payload: null,
      error: failure ?? { errorType: 'Runtime.ExitError', errorMessage },
    }
    if (state.status === 'working') state.pending.settle(ended)
    o.onEnd(state.status === 'starting' ? ended : undefined)
  })

  return {
    status: () => state.status,
    isFreeSoon: () => state.status === 'starting' || (state.status === 'answered' && o.isCurrent()),
    next(response) {
      if (!o.isCurrent()) return leave()
      state = { status: 'idle', response }
      wait(idleMs, leave)
      o.onIdle()
    },
    leaveIfIdle() {
      if (state.status === 'idle') leave()
    },
    run(pending) {
      if (state.status !== 'idle') throw new Error(`${definition.name} was given work while ${state.status}`)
      const milliseconds = o.inspectPort ? dayMs : definition.timeoutSeconds * 1000
      const seconds = definition.timeoutSeconds.toFixed(2)
      wait(milliseconds, () => kill('Timedout', `Task timed out after ${seconds} seconds`))
      send(state.response, pending, definition, milliseconds)
      state = { status: 'working', pending }
      const killed = o.faults.draw(`run ${definition.name}`, ['kill'])
      if (killed) setTimeout(() => child.kill('SIGKILL'), killed.afterMs)
    },
    respond: (requestId, body) => settle(requestId, () => answerOf(body)),
    respondError: (requestId, body) => settle(requestId, () => ({ payload: null, error: errorOf(body) })),
    fail(body) {
      failure = errorOf(body)
    },
    close: () => endProcess(child),
  }
}

function startProcess(o: EnvironmentOptions): ChildProcess {
  const { logicalId, folder, logGroup } = o.definition
  const debug = o.inspectPort === undefined ? [] : [`--inspect=127.0.0.1:${o.inspectPort}`]
  const flags = ['--enable-source-maps', `--max-semi-space-size=${youngMb}`, ...debug]
  const child = spawnBound(process.execPath, [...flags, bootstrap], {
    cwd: folder,
    env: variables(o.definition, o),
  })
  logLines(child, (line) => {
    o.log(logicalId, line)
    o.keepLine(logGroup, line)
  })
  child.once('error', (error) => o.log(logicalId, `cannot be started: ${error.message}`))
  return child
}

/** Answers a process's request for work with an invocation. */
function send(
  response: ServerResponse,
  { requestId, payload }: PendingInvocation,
  { arn }: FunctionDefinition,
  milliseconds: number,
): void {
  const headers = {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': requestId,
    'lambda-runtime-deadline-ms': String(Date.now() + milliseconds),
    'lambda-runtime-invoked-function-arn': arn,
  }
  response.writeHead(200, headers).end(payload)
}

function answerOf(body: string): Invocation {
  if (Buffer.byteLength(body) <= maxAnswerBytes) return { payload: JSON.parse(body) }
  const error = { errorType: 'Function.ResponseSizeTooLarge', errorMessage: 'Over 6 MB' }
  return { payload: null, error }
}

function errorOf(body: string): { errorType: string; errorMessage: string } {
  // The bootstrap wrote this body.
  const { errorType, errorMessage } = JSON.parse(body) as { errorType: string; errorMessage: string }
  return { errorType, errorMessage }
}

function logLines(child: ChildProcess, log: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', log)
  }
}
