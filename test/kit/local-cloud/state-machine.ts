import type { ExecutionClock } from '../../../infra/local/index.ts'
import { execute, type Outcome } from '../../../infra/local/services/step-functions/execution.ts'
import type { HistoryEvent } from '../../../infra/local/services/step-functions/history.ts'
import type { Position } from '../../../infra/local/services/step-functions/positions.ts'
import { parseDefinition } from '../../../infra/local/services/step-functions/read-definition.ts'
import { Abandoned } from '../../../infra/local/services/step-functions/states-error.ts'
import { virtualClock } from '../clocks/virtual-clock.ts'

type Json = Readonly<Record<string, unknown>>

export const machine = {
  id: 'arn:aws:states:eu-west-1:000000000000:stateMachine:Machine',
  name: 'Machine',
  roleArn: 'arn:aws:iam::000000000000:role/Role',
}

/** A task that calls the function of this name with the state's input. */
export const task = (FunctionName: string, more: Json = { End: true }) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName, Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  ...more,
})

export interface Ran {
  readonly outcome: Outcome
  readonly events: readonly HistoryEvent[]
  readonly types: readonly string[]
  /** The lines that were printed for the developer. */
  readonly told: readonly string[]
  readonly tookMs: number
}

/**
 * Executes states in memory, beginning with the first, on a clock that takes no real time. At each event in
 * `kills` the execution is killed and resumes from its stored positions.
 */
export async function runStates(
  States: Json,
  o: {
    readonly input?: unknown
    /** Name of the execution; `one` by default. */
    readonly name?: string
    readonly invoke?: (functionName: string, payload: unknown, clock: ExecutionClock) => unknown
    readonly more?: Json
    readonly maxSeconds?: number
    readonly kills?: readonly number[]
  } = {},
): Promise<Ran> {
  const [StartAt] = Object.keys(States)
  const source = JSON.stringify({ QueryLanguage: 'JSONata', StartAt, States, ...o.more })
  const definition = parseDefinition('Machine', source)
  const clock = virtualClock()
  const positions = new Map<string, Position>()
  const events: HistoryEvent[] = []
  const told: string[] = []
  const startedAt = clock.now()
  const kills = new Set(o.kills)

  async function run(): Promise<Outcome> {
    const killed = new AbortController()
    const { signal } = killed
    return execute({
      machine,
      definition,
      clock,
      region: 'eu-west-1',
      input: o.input ?? {},
      startedAt,
      signal,
      id: 'arn:aws:states:eu-west-1:000000000000:execution:Machine:one',
      name: o.name ?? 'one',
      isResumed: events.length > 0,
      maxSeconds: o.maxSeconds ?? Number.POSITIVE_INFINITY,
      invoke: async (functionName, payload) => o.invoke?.(functionName, payload, clock),
      positions: {
        get: (path) => positions.get(path),
        set(path, position) {
          signal.throwIfAborted()
          positions.set(path, JSON.parse(JSON.stringify(position)))
        },
        forgetWithin(path) {
          signal.throwIfAborted()
          for (const inner of positions.keys()) if (inner.startsWith(`${path}/`)) positions.delete(inner)
        },
      },
      record(event) {
        signal.throwIfAborted()
        const id = events.length + 1
        events.push({ ...event, id, timestamp: clock.now() / 1000 })
        if (kills.delete(id)) killed.abort(new Abandoned('closed'))
        signal.throwIfAborted()
        return id
      },
      tell: (message) => void told.push(message),
    }).catch((error: unknown) => {
      if (error instanceof Abandoned) return run()
      throw error
    })
  }
  const outcome = await run()
  const types = events.map(({ type }) => type)
  return { outcome, events, types, told, tookMs: clock.now() - startedAt }
}

/** The output of states; a failure is thrown as an Error. */
export async function outputOf(States: Json, o?: Parameters<typeof runStates>[1]): Promise<unknown> {
  const { outcome } = await runStates(States, o)
  if (outcome.status === 'SUCCEEDED') return outcome.output
  throw new Error(`${outcome.status} ${'error' in outcome ? `${outcome.error}: ${outcome.cause}` : ''}`)
}
