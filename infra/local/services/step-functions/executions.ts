import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { AwsError, type Log } from '../../gateway/aws-service.ts'
import { parseJson } from '../../gateway/json.ts'
import type { Journal } from '../../storage/journal.ts'
import type { ExecutionClock } from './clock.ts'
import { execute, type Outcome } from './execution.ts'
import type { HistoryEvent, NewEvent } from './history.ts'
import type { InvokeTask } from './lambda-tasks.ts'
import { Abandoned, StatesError } from './states-error.ts'
import { type Execution, type ExecutionStore, openExecutions } from './store.ts'
import type { StateMachine } from './template.ts'

export interface Executions {
  /**
   * Starts an execution, durably. If an execution with this name and input is already running, returns it. Throws
   * `ExecutionAlreadyExists` for any other use of a name. Executions of an EXPRESS machine may share a name.
   */
  start(machine: StateMachine, input: string, name: string): Execution
  get(arn: string): Execution | undefined
  /** Returns all executions in the order in which they were started. */
  all(): readonly Execution[]
  history(execution: Execution): readonly HistoryEvent[]
  /** Stops all executions at their positions. */
  close(): Promise<void>
}

/**
 * Step Functions quotas. On AWS, the quota of events applies only to Standard machines; here it ends every endless
 * loop.
 */
const maxEvents = 25_000
const expressSeconds = 300
const maxNameLength = 80
const maxInputBytes = 262_144
const badInName = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u

/** Runs executions, from journals under `dataDir`. Executions of an earlier run of the local cloud resume. */
export function runExecutions(o: {
  readonly region: string
  readonly dataDir: string
  readonly machines: readonly StateMachine[]
  readonly invoke: InvokeTask
  readonly clock: ExecutionClock
  /** How many ended executions are kept. */
  readonly keep: number
  readonly log: Log
}): Executions {
  const store = openExecutions(join(o.dataDir, 'step-functions'), o.keep)
  const closing = new AbortController()
  const running = new Map<string, { history: Journal<HistoryEvent>; ended: Promise<void> }>()

  function run(machine: StateMachine, execution: Execution): void {
    const { arn, name, startedAt } = execution
    const history = store.history(execution)
    const isResumed = history.size > 0
    const tell = (message: string) => o.log(machine.logicalId, `${name} ${message}`)
    const record = recorder(history, o.clock, closing.signal)
    tell(isResumed ? 'resumes' : 'started')
    const ended = execute({
      machine: { ...machine, id: machine.arn },
      definition: machine.definition,
      id: arn,
      name,
      startedAt,
      input: JSON.parse(execution.input),
      isResumed,
      tell,
      record,
      clock: o.clock,
      region: o.region,
      signal: closing.signal,
      positions: store.positions(execution),
      maxSeconds: machine.type === 'EXPRESS' ? expressSeconds : Number.POSITIVE_INFINITY,
      invoke: (functionName, payload) => o.invoke(machine, functionName, payload),
    })
      .then((outcome) => {
        const stoppedAt = o.clock.now()
        tell(`${endOf(outcome)} after ${stoppedAt - startedAt} ms`)
        if (machine.type === 'EXPRESS') store.remove(execution)
        else store.end({ ...execution, stoppedAt, ...kept(outcome) })
      })
      .catch((error: unknown) => {
        // Deeply nested data overflowed the stack, and would do so again at every further start.
        if (error instanceof RangeError) return abort(execution, store, o, 'its data is nested too deeply')
        if (!(error instanceof Abandoned)) tell(`will be continued at the next start: ${error}`)
      })
      .finally(() => running.delete(arn))
    running.set(arn, { history, ended })
  }

  for (const execution of store.all().filter(({ status }) => status === 'RUNNING')) {
    const machine = o.machines.find((one) => one.arn === execution.machineArn)
    if (machine !== undefined) run(machine, execution)
    else abort(execution, store, o, 'the template no longer declares its state machine')
  }

  return {
    start(machine, input, name) {
      checkStart(input, name)
      const arn = arnOf(machine, name)
      const there = store.get(arn)
      if (there?.status === 'RUNNING' && there.input === input) return there
      if (there) throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`)
      const startedAt = o.clock.now()
      const execution = store.add({ arn, machineArn: machine.arn, name, status: 'RUNNING', startedAt, input })
      run(machine, execution)
      return execution
    },
    get: store.get,
    all: store.all,
    history: (execution) => [...(running.get(execution.arn)?.history ?? store.history(execution)).values()],
    async close() {
      closing.abort(new Abandoned('closed'))
      await Promise.all([...running.values()].map(({ ended }) => ended))
    },
  }
}

/** Ends an execution that cannot continue, and logs the reason. */
function abort(
  execution: Execution,
  store: ExecutionStore,
  o: { readonly clock: ExecutionClock; readonly log: Log },
  why: string,
): void {
  o.log('local cloud', `${execution.arn} is aborted: ${why}`)
  store.end({ ...execution, status: 'ABORTED', stoppedAt: o.clock.now() })
}

/** Returns a function that appends events to a history, until the history is full or the signal is aborted. */
function recorder(history: Journal<HistoryEvent>, clock: ExecutionClock, signal: AbortSignal) {
  return (event: NewEvent): number => {
    signal.throwIfAborted()
    const id = history.size + 1
    // The last place is kept for the event that ends the execution.
    if (id >= maxEvents && !event.type.startsWith('Execution') && !/Failed|Aborted/.test(event.type))
      throw new StatesError(
        'States.Runtime',
        `The execution reached the maximum number of history events (${maxEvents}).`,
      )
    history.set(String(id), { ...event, id, timestamp: clock.now() / 1000 })
    return id
  }
}

function arnOf(machine: StateMachine, name: string): string {
  return machine.type === 'EXPRESS'
    ? `${machine.arn.replace(':stateMachine:', ':express:')}:${name}:${randomUUID()}`
    : `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`
}

function checkStart(input: string, name: string): void {
  if (name === '' || name.length > maxNameLength || badInName.test(name))
    throw new AwsError('InvalidName', `Invalid Name: '${name}'`)
  const invalid = (why: string) =>
    new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${why}'`)
  if (Buffer.byteLength(input) > maxInputBytes) throw invalid(`Input is over ${maxInputBytes} bytes`)
  try {
    parseJson(input)
  } catch (error) {
    throw invalid(String(error))
  }
}

function kept(outcome: Outcome): Pick<Execution, 'status' | 'output' | 'error' | 'cause'> {
  return outcome.status === 'SUCCEEDED' ? { ...outcome, output: JSON.stringify(outcome.output) } : outcome
}

function endOf(outcome: Outcome): string {
  if (outcome.status === 'SUCCEEDED') return 'succeeded'
  if (outcome.status === 'TIMED_OUT') return 'timed out'
  return `failed with ${new StatesError(outcome.error, outcome.cause).message}`
}
