import type { Definition } from './definition.ts'
import { inputOf, outputOf } from './history.ts'
import type { Run } from './scope.ts'
import { anyOf } from './signals.ts'
import { Abandoned, StatesError } from './states-error.ts'
import { runWorkflow } from './workflow.ts'

export interface ExecutionOptions extends Omit<Run, 'context'> {
  readonly machine: { readonly id: string; readonly name: string; readonly roleArn: string }
  readonly definition: Definition
  readonly id: string
  readonly name: string
  readonly input: unknown
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** Maximum duration, unless the definition sets a shorter one. */
  readonly maxSeconds: number
  /** Whether it resumes from stored positions after a restart. */
  readonly isResumed: boolean
  /** Stops it at its positions, so that it can resume from there later. */
  readonly signal: AbortSignal
}

export type Outcome =
  | { readonly status: 'SUCCEEDED'; readonly output: unknown }
  | { readonly status: 'FAILED'; readonly error: string; readonly cause: string | undefined }
  | { readonly status: 'TIMED_OUT' }

/**
 * Executes a state machine in JSONata, from its start or from its positions (Amazon States Language and, with more
 * detail, the Step Functions developer guide). Rejects only with `Abandoned`, if its signal is aborted.
 */
export async function execute(o: ExecutionOptions): Promise<Outcome> {
  const { machine, input, record } = o
  const Execution = {
    Id: o.id,
    Input: input,
    Name: o.name,
    RoleArn: machine.roleArn,
    RedriveCount: 0,
    StartTime: new Date(o.startedAt).toISOString(),
  }
  const run: Run = { ...o, context: { Execution, StateMachine: { Id: machine.id, Name: machine.name } } }
  if (!o.isResumed) {
    const details = { ...inputOf(input), roleArn: machine.roleArn }
    record({ type: 'ExecutionStarted', previousEventId: 0, executionStartedEventDetails: details })
  }

  const late = timer(o)
  const thread = { path: '', signal: anyOf(o.signal, late.signal), previousEventId: 0 }
  try {
    const root = { run, thread, workflow: o.definition, input, variables: {} }
    const { output, previousEventId } = await runWorkflow(root)
    record({ type: 'ExecutionSucceeded', previousEventId, executionSucceededEventDetails: outputOf(output) })
    return { status: 'SUCCEEDED', output }
  } catch (thrown) {
    if (thrown instanceof Abandoned && thrown.because === 'timed-out') {
      const executionTimedOutEventDetails = { error: 'States.Timeout' }
      record({ type: 'ExecutionTimedOut', previousEventId: 0, executionTimedOutEventDetails })
      return { status: 'TIMED_OUT' }
    }
    if (!(thrown instanceof StatesError)) throw thrown
    const { error, cause } = thrown
    const executionFailedEventDetails = { error, ...(cause !== undefined && { cause }) }
    record({ type: 'ExecutionFailed', previousEventId: thread.previousEventId, executionFailedEventDetails })
    return { status: 'FAILED', error, cause }
  } finally {
    late.end()
  }
}

/** Returns a signal that is aborted when an execution has taken too long. */
function timer({ clock, startedAt, definition, maxSeconds }: ExecutionOptions) {
  const late = new AbortController()
  const ended = new AbortController()
  const seconds = Math.min(definition.TimeoutSeconds ?? maxSeconds, maxSeconds)
  const left = startedAt + seconds * 1000 - clock.now()
  if (left < Number.POSITIVE_INFINITY)
    clock.sleep(Math.max(0, left), ended.signal).then(
      () => late.abort(new Abandoned('timed-out')),
      () => {},
    )
  return { signal: late.signal, end: () => ended.abort() }
}
