import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { ExecutionClock } from '../../../../../infra/local/services/step-functions/clock.ts'
import { StatesError } from '../../../../../infra/local/services/step-functions/states-error.ts'
import { outputOf, runStates, task } from '../../../../kit/local-cloud/state-machine.ts'

const pass = (more: object = {}) => ({ Type: 'Pass', End: true, ...more })
const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } })
const caught = [{ ErrorEquals: ['States.ALL'], Next: 'B' }]

/** A function that takes this number of seconds, or fails immediately if the payload is a text. */
async function seconds(_: string, payload: unknown, clock: ExecutionClock): Promise<unknown> {
  if (typeof payload === 'string') throw new StatesError(payload, 'why')
  await clock.sleep(Number(payload) * 1000, new AbortController().signal)
  return payload
}

describe('a Parallel', () => {
  const parallel = (Branches: object[], more: object = { End: true }) => ({
    Type: 'Parallel',
    Branches,
    ...more,
  })

  it('passes its input to each branch, and returns their outputs in order', async () => {
    const Branches = [branch('X', pass({ Output: '{% $states.input + 1 %}' })), branch('Y', pass())]
    expect(await outputOf({ P: parallel(Branches) }, { input: 1 })).toEqual([2, 1])
    expect(await outputOf({ P: parallel(Branches, { Arguments: '{% 10 %}', End: true }) })).toEqual([11, 10])
  })

  it('runs its branches concurrently, and ends with the last', async () => {
    const slow = (name: string, Payload: number) =>
      branch(name, task('F', { Arguments: { FunctionName: 'F', Payload }, End: true }))
    const { outcome, tookMs } = await runStates(
      { P: parallel([slow('X', 3), slow('Y', 2)]) },
      { invoke: seconds },
    )
    expect([outcome, tookMs]).toEqual([{ status: 'SUCCEEDED', output: [3, 2] }, 3000])
  })

  it('may assign and output values made from the result', async () => {
    const more = { Assign: { all: '{% $states.result %}' }, Output: '{% $sum($states.result) %}', Next: 'B' }
    const States = {
      P: parallel([branch('X', pass()), branch('Y', pass())], more),
      B: pass({ Output: '{% [$states.input, $all] %}' }),
    }
    expect(await outputOf(States, { input: 2 })).toEqual([4, 2, 2])
  })

  it('with a failed branch ends the others, and fails with the same error', async () => {
    const Branches = [
      branch('X', { Type: 'Wait', Seconds: 5, Next: 'X2' }),
      branch('Y', { Type: 'Wait', Seconds: 1, Next: 'Y2' }),
    ]
    Object.assign(Branches[0]?.States ?? {}, { X2: pass() })
    Object.assign(Branches[1]?.States ?? {}, { Y2: { Type: 'Fail', Error: 'Refused', Cause: 'why' } })
    const { outcome, types, tookMs, events } = await runStates({ P: parallel(Branches) })
    expect([outcome, tookMs]).toEqual([{ status: 'FAILED', error: 'Refused', cause: 'why' }, 1000])
    expect(types).toEqual([
      'ExecutionStarted',
      'ParallelStateEntered',
      'ParallelStateStarted',
      'WaitStateEntered',
      'WaitStateEntered',
      'WaitStateExited',
      'FailStateEntered',
      'WaitStateAborted',
      'ParallelStateFailed',
      'ExecutionFailed',
    ])
    expect(events.filter(({ type }) => type === 'WaitStateEntered').map((e) => e.previousEventId)).toEqual([
      3, 3,
    ])
  })

  it('catches a failure in a branch by its name', async () => {
    const Branches = [branch('X', task('F')), branch('Y', pass())]
    const States = { P: parallel(Branches, { Catch: caught, End: true }), B: pass() }
    expect(await outputOf(States, { input: 'Busy', invoke: seconds })).toEqual({
      Error: 'Busy',
      Cause: 'why',
    })
  })

  it('runs all its branches again in a retry', async () => {
    const invoke = vi.fn((name: string) => {
      if (name === 'Y' && invoke.mock.calls.length < 4) throw new StatesError('Busy', 'why')
      return name
    })
    const Branches = [branch('X', task('X')), branch('Y', task('Y'))]
    const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 2 }]
    const { outcome, types, tookMs } = await runStates(
      { P: parallel(Branches, { Retry, End: true }) },
      { invoke },
    )
    expect([outcome, tookMs]).toEqual([{ status: 'SUCCEEDED', output: ['X', 'Y'] }, 2000])
    expect(types.filter((type) => type === 'ParallelStateStarted')).toHaveLength(2)
    expect(invoke).toHaveBeenCalledTimes(4)
  })

  it('outputs at most 256 KiB', async () => {
    const large = branch('X', pass({ Output: "{% $join($map([1..140000], function() { 'x' })) %}" }))
    const two = [large, { StartAt: 'Y', States: { Y: large.States['X'] ?? {} } }]
    await expect(outputOf({ P: parallel(two) })).rejects.toThrow('States.DataLimitExceeded')
  })
})

describe('a Map', () => {
  const map = (state: object, more: object = { End: true }) => ({
    Type: 'Map',
    ItemProcessor: branch('X', state),
    ...more,
  })

  it.each<[string, object, unknown]>([
    ['its input', {}, [1, 2]],
    ['its items', { Items: ['a', '{% $states.input %}'] }, ['a', [1, 2]]],
    ['the items of an expression', { Items: '{% [$states.input, 3] %}' }, [1, 2, 3]],
    ['no item', { Items: [] }, []],
  ])('iterates over %s', async (_, more, expected) => {
    expect(await outputOf({ M: map(pass(), { ...more, End: true }) }, { input: [1, 2] })).toEqual(expected)
  })

  it('selects the input of an iteration, which can also read its item', async () => {
    const ItemSelector = { value: '{% $states.context.Map.Item.Value %}', all: '{% $count($states.input) %}' }
    const Output = '{% [$states.input.value, $states.input.all, $states.context.Map.Item.Index] %}'
    expect(
      await outputOf({ M: map(pass({ Output }), { ItemSelector, End: true }) }, { input: ['a', 'b'] }),
    ).toEqual([
      ['a', 2, 0],
      ['b', 2, 1],
    ])
  })

  it('within a Map has its own item', async () => {
    const Output = '{% $states.context.Map.Item.Value %}'
    const inner = { Type: 'Map', ItemProcessor: branch('Y', pass({ Output })), End: true }
    expect(await outputOf({ M: map(inner) }, { input: [[1, 2], [3]] })).toEqual([[1, 2], [3]])
  })

  it.each([
    ['up to 40 iterations', {}, 41, 2],
    ['two iterations', { MaxConcurrency: 2 }, 5, 3],
    ['a number of iterations from an expression', { MaxConcurrency: '{% 1 %}' }, 3, 3],
    ['all', { MaxConcurrency: 0 }, 3, 1],
  ])('runs %s concurrently', async (_, more, count, expected) => {
    const input = Array(count).fill(1)
    const { outcome, tookMs } = await runStates(
      { M: map(task('F'), { ...more, End: true }) },
      { input, invoke: seconds },
    )
    expect([outcome, tookMs]).toEqual([{ status: 'SUCCEEDED', output: input }, expected * 1000])
  })

  it('outputs results in the order of its items, whichever ends first', async () => {
    expect(await outputOf({ M: map(task('F')) }, { input: [3, 1, 2], invoke: seconds })).toEqual([3, 1, 2])
  })

  it('with a failed iteration ends the others, starts no more, and fails with the same error', async () => {
    const invoke = vi.fn(seconds)
    const States = { M: map(task('F'), { MaxConcurrency: 2, Catch: caught, End: true }), B: pass() }
    const { outcome, types, tookMs } = await runStates(States, { input: [9, 'Refused', 1], invoke })
    expect(outcome).toEqual({ status: 'SUCCEEDED', output: { Error: 'Refused', Cause: 'why' } })
    expect(invoke).toHaveBeenCalledTimes(2)
    expect(types.slice(2)).toEqual([
      'MapStateStarted',
      'MapIterationStarted',
      'TaskStateEntered',
      'MapIterationStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskScheduled',
      'TaskStarted',
      'TaskFailed',
      'TaskStateAborted',
      'MapIterationFailed',
      'TaskStateAborted',
      'MapIterationAborted',
      'MapStateFailed',
      'MapStateExited',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ])
    expect(tookMs).toBeLessThan(9000)
  })

  it('records the same events of its iterations as AWS', async () => {
    const { events } = await runStates({ M: map(pass()) }, { input: ['a'] })
    const of = { name: 'M', index: 0 }
    expect(events.slice(2, -2)).toMatchObject([
      { id: 3, previousEventId: 2, type: 'MapStateStarted', mapStateStartedEventDetails: { length: 1 } },
      { id: 4, previousEventId: 3, type: 'MapIterationStarted', mapIterationStartedEventDetails: of },
      { id: 5, previousEventId: 4, type: 'PassStateEntered' },
      { id: 6, previousEventId: 5, type: 'PassStateExited' },
      { id: 7, previousEventId: 6, type: 'MapIterationSucceeded', mapIterationSucceededEventDetails: of },
      { id: 8, previousEventId: 7, type: 'MapStateSucceeded' },
    ])
  })

  it.each([
    ['items', { Items: '{% 1 %}' }],
    ['concurrency', { MaxConcurrency: "{% 'all' %}" }],
    ['selector', { ItemSelector: '{% $states.input.nothing %}' }],
  ])('fails if its %s cannot be evaluated', async (_, more) => {
    await expect(outputOf({ M: map(pass(), { ...more, End: true }) }, { input: [1] })).rejects.toThrow(
      'States.QueryEvaluationError',
    )
  })
})

describe('a killed execution', () => {
  const Payload = '{% {"item": $states.input, "retries": $states.context.State.RetryCount} %}'
  const item = task('F', {
    Arguments: { FunctionName: 'F', Payload },
    Output: '{% $states.result.Payload * $factor %}',
    Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 5 }],
    Next: 'W',
  })
  const ItemProcessor = {
    StartAt: 'T',
    States: { T: item, W: { Type: 'Wait', Seconds: '{% $states.input %}', End: true } },
  }
  const refused = {
    StartAt: 'R',
    States: {
      R: task('F', { Arguments: { FunctionName: 'F', Payload: 'Refused' }, Catch: caught, End: true }),
      B: pass({ Output: '{% $states.input.Error %}' }),
    },
  }
  const States = {
    A: pass({ Assign: { factor: 10 }, End: undefined, Next: 'P' }),
    P: {
      Type: 'Parallel',
      Assign: { all: '{% $states.result %}' },
      Next: 'Z',
      Branches: [branch('M', { Type: 'Map', MaxConcurrency: 2, ItemProcessor, End: true }), refused],
    },
    Z: pass({ Output: '{% {"input": $states.input, "all": $all, "factor": $factor} %}' }),
  }

  /** Fails at first on every second item, and always on a text. */
  function invoke(_: string, payload: unknown) {
    if (typeof payload === 'string') throw new StatesError(payload, 'why')
    const { item, retries } = payload as { item: number; retries: number } // the states above make this payload
    if (item % 2 === 0 && retries === 0) throw new StatesError('Busy', 'why')
    return item
  }

  it('has the same result, wherever and however often it is killed', async () => {
    const input = [1, 2, 3]
    const { outcome, events } = await runStates(States, { input, invoke })
    const result = [[10, 20, 30], 'Refused']
    expect(outcome).toEqual({ status: 'SUCCEEDED', output: { input: result, all: result, factor: 10 } })
    const kills = fc.uniqueArray(fc.integer({ min: 2, max: events.length }), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(kills, async (kills) => {
        expect((await runStates(States, { input, invoke, kills })).outcome).toEqual(outcome)
      }),
    )
  })
})
