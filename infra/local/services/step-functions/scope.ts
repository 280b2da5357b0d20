import type * as z from 'zod'
import type { ExecutionClock } from './clock.ts'
import type { State } from './definition.ts'
import { EvaluationError, evaluate, type Variables } from './expressions.ts'
import { type NewEvent, outputOf } from './history.ts'
import type { InState, Positions } from './positions.ts'
import { StatesError } from './states-error.ts'

/** The execution around a state. */
export interface Run {
  readonly clock: ExecutionClock
  readonly region: string
  readonly positions: Positions
  /** The members of `$states.context` that are the same everywhere in the execution. */
  readonly context: { readonly Execution: object; readonly StateMachine: object }
  /** Records an event. Returns its id. */
  record(event: NewEvent): number
  /** Calls a function. Rejects with the StatesError that its task fails with. */
  invoke(functionName: string, payload: unknown): Promise<unknown>
  /** Logs one line for the developer. */
  tell(message: string): void
}

/** A running workflow: the machine itself, a branch or an iteration. */
export interface Thread {
  readonly path: string
  readonly signal: AbortSignal
  /** `$states.context.Map` of an iteration and of the states in it. */
  readonly map?: { readonly Item: { readonly Index: number; readonly Value: unknown } } | undefined
  /** Id of the last event of this workflow. The next event follows it. */
  previousEventId: number
}

/** The values that an expression may read besides the input. */
export interface Known {
  readonly result?: unknown
  readonly errorOutput?: unknown
  readonly map?: Thread['map']
}

/** The result of leaving a state. `next` is undefined at the end of its workflow. */
export interface Left {
  readonly output: unknown
  readonly variables: Variables
  readonly next: string | undefined
}

/** Maximum size of an input or output in bytes of its JSON: 256 KiB (Step Functions quotas). */
const maxBytes = 262_144

/** A state that is being executed. */
export interface Scope {
  readonly run: Run
  readonly thread: Thread
  readonly name: string
  readonly state: State
  position: InState
}

/** Records an event of a workflow, after its last one. Returns its id. */
export function record(
  { run, thread }: Pick<Scope, 'run' | 'thread'>,
  type: string,
  details: Omit<NewEvent, 'type' | 'previousEventId'> = {},
): number {
  thread.signal.throwIfAborted()
  thread.previousEventId = run.record({ type, previousEventId: thread.previousEventId, ...details })
  return thread.previousEventId
}

/** Stores part of the state's position, so that it survives a kill. */
export function note(scope: Scope, more: Partial<InState>): void {
  scope.position = { ...scope.position, ...more }
  scope.run.positions.set(scope.thread.path, scope.position)
}

/** Returns an error of the interpreter, in the words of AWS. */
export function failure(scope: Scope, error: string, message: string): StatesError {
  const { name, position } = scope
  const where = `the state '${name}' (entered at the event id #${position.enteredEventId})`
  return new StatesError(error, `An error occurred while executing ${where}. ${message}`)
}

/** Evaluates a template of a state. If it has no value, records the reason and throws StatesError. */
export async function evaluateIn(
  scope: Scope,
  field: string,
  template: unknown,
  known: Known = {},
): Promise<unknown> {
  const { run, thread, name, state, position } = scope
  const { map = thread.map, ...values } = known
  const RetryCount = (position.retries ?? []).reduce((all, one) => all + one, 0)
  const EnteredTime = new Date(position.enteredAt).toISOString()
  const context = {
    ...run.context,
    State: { Name: name, EnteredTime, ...('Retry' in state && { RetryCount }) },
    ...(map && { Map: map }),
  }
  try {
    return await evaluate(template, field, {
      ...position.variables,
      states: { input: position.input, context, ...values },
    })
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error
    throw evaluationFailed(scope, error)
  }
}

/** Evaluates a field that must match a schema. */
export async function evaluateAs<S extends z.ZodType>(
  scope: Scope,
  schema: S,
  field: string,
  template: unknown,
  known?: Known,
): Promise<z.output<S>> {
  const value = await evaluateIn(scope, field, template, known)
  const { data, error } = schema.safeParse(value)
  const [issue] = error?.issues ?? []
  if (issue === undefined) return data as z.output<S> // without an error, the schema gives it this type
  const message = `The JSONata expression specified for the field '${field}' returned an unexpected result: ${issue.message}`
  throw evaluationFailed(scope, new EvaluationError(message, field))
}

function evaluationFailed(scope: Scope, { message, location }: EvaluationError): StatesError {
  const error = failure(scope, 'States.QueryEvaluationError', message)
  record(scope, 'EvaluationFailed', {
    evaluationFailedEventDetails: { error: error.error, cause: error.cause, location, state: scope.name },
  })
  return error
}

/** Throws a StatesError if a value is too large to be passed on. */
export function checkSize(of: string, value: unknown): void {
  if (Buffer.byteLength(JSON.stringify(value)) <= maxBytes) return
  const message = `The state/task '${of}' returned a result with a size exceeding the maximum number of bytes service limit.`
  throw new StatesError('States.DataLimitExceeded', message)
}

/**
 * Leaves a state: evaluates `Assign` and `Output` of the state, its choice or its catcher, and records the exit. Both
 * are evaluated with the variables before the assignment. A state without `Output` passes on `otherwise`.
 */
export async function leave(
  scope: Scope,
  { Assign, Output }: { readonly Assign?: Variables | undefined; readonly Output?: unknown },
  o: {
    readonly next: string | undefined
    readonly otherwise: unknown
    readonly at?: string
    readonly known?: Known
  },
): Promise<Left> {
  const at = o.at ?? ''
  // The value of an object is an object.
  const assigned = Assign && ((await evaluateIn(scope, `${at}Assign`, Assign, o.known)) as Variables)
  const output = Output === undefined ? o.otherwise : await evaluateIn(scope, `${at}Output`, Output, o.known)
  checkSize(scope.name, output)
  if (assigned) checkSize(scope.name, assigned)
  const texts = Object.entries(assigned ?? {}).map(([name, value]) => [name, JSON.stringify(value)])
  record(scope, `${scope.state.Type}StateExited`, {
    stateExitedEventDetails: {
      name: scope.name,
      ...outputOf(output),
      ...(assigned && {
        assignedVariables: Object.fromEntries(texts),
        assignedVariablesDetails: { truncated: false },
      }),
    },
  })
  return { output, variables: { ...scope.position.variables, ...assigned }, next: o.next }
}

/** Waits until a time, across restarts. Rejects if the workflow is abandoned meanwhile. */
export async function waitUntil(scope: Scope, time: number): Promise<void> {
  const { clock } = scope.run
  const left = time - clock.now()
  if (left > 0) await clock.sleep(left, scope.thread.signal)
}
