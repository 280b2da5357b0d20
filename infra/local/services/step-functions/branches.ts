import * as z from 'zod'
import type { MapState, Parallel } from './definition.ts'
import type { Ended } from './positions.ts'
import { checkSize, evaluateAs, evaluateIn, note, record, type Scope, type Thread } from './scope.ts'
import { anyOf } from './signals.ts'
import { Abandoned, StatesError } from './states-error.ts'
import type { RunWorkflow } from './workflow-options.ts'

/** Maximum number of concurrent iterations of a Map, unless the Map sets one (developer guide, "Inline Map state"). */
const mostAtOnce = 40

/** Runs the branches of a state concurrently. Resolves to their outputs, in order. */
export async function runParallel(scope: Scope, state: Parallel, runWorkflow: RunWorkflow): Promise<unknown> {
  const { run, position } = scope
  const input =
    state.Arguments === undefined ? position.input : await evaluateIn(scope, 'Arguments', state.Arguments)
  if (position.startedEventId === undefined)
    note(scope, { startedEventId: record(scope, 'ParallelStateStarted') })
  const { variables } = position
  const branches = state.Branches.map(
    (workflow) => (thread: Thread) => runWorkflow({ run, thread, workflow, input, variables }),
  )
  return join(scope, branches, branches.length)
}

/** Runs the iterations of a Map, `MaxConcurrency` at a time. Resolves to their outputs, in the order of the items. */
export async function runMap(scope: Scope, state: MapState, runWorkflow: RunWorkflow): Promise<unknown> {
  const { run } = scope
  const items = scope.position.items ?? (await itemsOf(scope, state))
  const limit =
    state.MaxConcurrency === undefined
      ? 0
      : await evaluateAs(scope, z.int().min(0), 'MaxConcurrency', state.MaxConcurrency)
  if (scope.position.startedEventId === undefined) {
    const details = { mapStateStartedEventDetails: { length: items.length } }
    note(scope, { items, startedEventId: record(scope, 'MapStateStarted', details) })
  }
  const iterations = items.map((item, index) => async (thread: Thread) => {
    const map = { Item: { Index: index, Value: item } }
    const iteration: Thread = { ...thread, map }
    const there = run.positions.get(thread.path)
    if (there !== undefined && 'output' in there) return there
    const tell = (what: 'Started' | 'Succeeded' | 'Failed' | 'Aborted') => {
      const details = { [`mapIteration${what}EventDetails`]: { name: scope.name, index } }
      const { previousEventId } = iteration
      return run.record({ type: `MapIteration${what}`, previousEventId, ...details })
    }
    try {
      if (there === undefined) iteration.previousEventId = tell('Started')
      const input =
        state.ItemSelector === undefined
          ? item
          : await evaluateIn(scope, 'ItemSelector', state.ItemSelector, { map })
      const { variables } = scope.position
      const workflow = state.ItemProcessor
      const ended = await runWorkflow({ run, thread: iteration, workflow, input, variables })
      return { ...ended, previousEventId: tell('Succeeded') }
    } catch (error) {
      if (error instanceof StatesError) tell('Failed')
      else if (error instanceof Abandoned && error.because === 'branch-failed') tell('Aborted')
      throw error
    }
  })
  return join(scope, iterations, limit || mostAtOnce)
}

async function itemsOf(scope: Scope, { Items }: MapState): Promise<readonly unknown[]> {
  const list = z.array(z.unknown())
  return evaluateAs(scope, list, 'Items', Items ?? '{% $states.input %}')
}

/** Runs the branches or iterations of a state, `atOnce` at a time. The first failure ends the others and fails the state. */
async function join(
  scope: Scope,
  parts: readonly ((thread: Thread) => Promise<Ended>)[],
  atOnce: number,
): Promise<unknown> {
  const { thread, position, state } = scope
  const failed = new AbortController()
  const signal = anyOf(thread.signal, failed.signal)
  const ended: Ended[] = []
  const errors: unknown[] = []
  const waiting = parts.entries()
  const work = async () => {
    for (const [index, part] of waiting) {
      if (signal.aborted) return
      const previousEventId = position.startedEventId ?? thread.previousEventId
      try {
        const path = `${thread.path}/${index}`
        ended[index] = await part({ path, signal, map: thread.map, previousEventId })
      } catch (error) {
        errors.push(error)
        failed.abort(new Abandoned('branch-failed'))
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, parts.length) }, work))
  thread.signal.throwIfAborted()
  if (errors.length > 0) {
    record(scope, `${state.Type}StateFailed`)
    throw errors[0]
  }
  thread.previousEventId = Math.max(thread.previousEventId, ...ended.map((one) => one.previousEventId))
  const result = ended.map(({ output }) => output)
  checkSize(scope.name, result)
  record(scope, `${state.Type}StateSucceeded`)
  return result
}
