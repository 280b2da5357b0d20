import * as z from 'zod'
import { runMap, runParallel } from './branches.ts'
import type { Choice, State, Wait } from './definition.ts'
import { inputOf } from './history.ts'
import type { Ended, InState } from './positions.ts'
import { catcherFor, retryAfter } from './retry.ts'
import { evaluateAs, failure, type Left, leave, note, record, type Scope, waitUntil } from './scope.ts'
import { Abandoned, StatesError } from './states-error.ts'
import { runTask } from './task.ts'
import type { WorkflowOptions } from './workflow-options.ts'

/**
 * Runs a workflow to its end, from its start or from its stored position. Rejects with a StatesError if it fails, and
 * with `Abandoned` if it is abandoned.
 */
export async function runWorkflow({ run, thread, workflow, ...start }: WorkflowOptions): Promise<Ended> {
  const enter = (name: string, given: Pick<InState, 'input' | 'variables'>): InState => {
    const type = workflow.States[name]?.Type ?? 'Pass'
    const details = { stateEnteredEventDetails: { name, ...inputOf(given.input) } }
    const enteredEventId = record({ run, thread }, `${type}StateEntered`, details)
    const { input, variables } = given
    const position = { state: name, input, variables, enteredAt: run.clock.now(), enteredEventId }
    run.positions.set(thread.path, position)
    run.tell(`entered ${name}`)
    return position
  }

  const before = run.positions.get(thread.path)
  if (before !== undefined && 'output' in before) return before
  if (before !== undefined) thread.previousEventId = before.enteredEventId
  let position = before ?? enter(workflow.StartAt, start)
  for (;;) {
    const state = workflow.States[position.state]
    if (state === undefined)
      throw new StatesError('States.Runtime', `The state '${position.state}' is no longer in the definition`)
    const scope: Scope = { run, thread, name: position.state, state, position }
    const { next, ...left } = await runState(scope).catch((error: unknown) => {
      recordAborted(scope, error)
      throw error
    })
    if (next === undefined) {
      const ended = { output: left.output, previousEventId: thread.previousEventId }
      run.positions.set(thread.path, ended)
      run.positions.forgetWithin(thread.path)
      return ended
    }
    position = enter(next, { input: left.output, variables: left.variables })
    run.positions.forgetWithin(thread.path)
  }
}

/** Records that a state was aborted together with its branch. AWS does so for the types of states that take time. */
function recordAborted({ run, thread: { path, previousEventId }, state }: Scope, error: unknown): void {
  const isOver =
    error instanceof StatesError || (error instanceof Abandoned && error.because === 'branch-failed')
  if (path !== '' && isOver && ['Task', 'Wait', 'Parallel', 'Map'].includes(state.Type))
    run.record({ type: `${state.Type}StateAborted`, previousEventId })
}

async function runState(scope: Scope): Promise<Left> {
  const { state, position } = scope
  switch (state.Type) {
    case 'Pass':
      return leave(scope, state, { next: state.Next, otherwise: position.input })
    case 'Succeed':
      return leave(scope, state, { next: undefined, otherwise: position.input })
    case 'Fail': {
      const text = z.string()
      const error = state.Error === undefined ? '' : await evaluateAs(scope, text, 'Error', state.Error)
      const cause =
        state.Cause === undefined ? undefined : await evaluateAs(scope, text, 'Cause', state.Cause)
      throw new StatesError(error, cause)
    }
    case 'Wait':
      return wait(scope, state)
    case 'Choice':
      return choose(scope, state)
    case 'Task':
      return handled(scope, state, () => runTask(scope, state))
    case 'Parallel':
      return handled(scope, state, () => runParallel(scope, state, runWorkflow))
    case 'Map':
      return handled(scope, state, () => runMap(scope, state, runWorkflow))
  }
}

async function wait(scope: Scope, state: Wait): Promise<Left> {
  if (scope.position.wakeAt === undefined) {
    const wakeAt =
      state.Timestamp === undefined
        ? scope.position.enteredAt +
          1000 * (await evaluateAs(scope, z.int().min(0), 'Seconds', state.Seconds))
        : Date.parse(await evaluateAs(scope, z.iso.datetime({ offset: true }), 'Timestamp', state.Timestamp))
    note(scope, { wakeAt })
  }
  await waitUntil(scope, scope.position.wakeAt ?? 0)
  return leave(scope, state, { next: state.Next, otherwise: scope.position.input })
}

async function choose(scope: Scope, state: Choice): Promise<Left> {
  const otherwise = scope.position.input
  for (const [index, choice] of state.Choices.entries()) {
    const at = `Choices[${index}]/`
    if (await evaluateAs(scope, z.boolean(), `${at}Condition`, choice.Condition))
      return leave(scope, choice, { next: choice.Next, otherwise, at })
  }
  if (state.Default === undefined)
    throw failure(
      scope,
      'States.Runtime',
      'Failed to transition out of the state. The state does not point to a next state.',
    )
  return leave(scope, state, { next: state.Default, otherwise })
}

/** Runs a state, retries it according to its retriers, and passes a remaining error to its catchers. */
async function handled(
  scope: Scope,
  state: State & { readonly Type: 'Task' | 'Parallel' | 'Map' },
  attempt: () => Promise<unknown>,
): Promise<Left> {
  const { run } = scope
  for (;;) {
    await waitUntil(scope, scope.position.wakeAt ?? 0)
    try {
      const result = await attempt()
      return await leave(scope, state, { next: state.Next, otherwise: result, known: { result } })
    } catch (error) {
      if (!(error instanceof StatesError)) throw error
      const again = retryAfter(state.Retry, scope.position.retries ?? [], error, run.clock.random)
      if (again) {
        const { retries, delayMs } = again
        const { startedEventId, items, ...position } = scope.position
        run.positions.forgetWithin(scope.thread.path)
        scope.position = position
        note(scope, { retries, wakeAt: run.clock.now() + delayMs })
        run.tell(`${scope.name} failed, again in ${Number((delayMs / 1000).toFixed(1))} s: ${error.message}`)
        continue
      }
      const [index, catcher] = catcherFor(state.Catch, error) ?? []
      run.tell(`${scope.name} failed${catcher ? `, goes to ${catcher.Next}` : ''}: ${error.message}`)
      if (catcher === undefined) throw error
      const errorOutput = { Error: error.error, Cause: error.cause ?? '' }
      const at = `Catch[${index}]/`
      return leave(scope, catcher, { next: catcher.Next, otherwise: errorOutput, at, known: { errorOutput } })
    }
  }
}
