import { describe, expect, it, vi } from 'vitest'
import { StatesError } from '../../../../../infra/local/services/step-functions/states-error.ts'
import { machine, outputOf, runStates, task } from '../../../../kit/local-cloud/state-machine.ts'

const pass = (more: object = { End: true }) => ({ Type: 'Pass', ...more })
const retry = (more: object = {}) => ({ ErrorEquals: ['States.ALL'], ...more })
const failWith =
  (error: string, cause = 'why') =>
  () => {
    throw new StatesError(error, cause)
  }

describe('an expression', () => {
  it.each<[string, unknown]>([
    ['$states.input.name', 'ann'],
    ['$count($states.input.list)', 3],
    ['$states.input.list[$ > 1]', [2, 3]],
    ['{ "a": [1, null] }', { a: [1, null] }],
    ['$states.input.nothing', null],
    ['$partition([1, 2, 3, 4, 5], 2)', [[1, 2], [3, 4], [5]]],
    ['$partition([1, 2, 3], 2.9)', [[1, 2], [3]]],
    ['$range(0, 10, 5)', [0, 5, 10]],
    ['$range(3, 0, -2)', [3, 1]],
    ['$range(2, 2, 1)', 2],
    ['$hash("hello", "SHA-256")', '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'],
    ['$hash("hello", "MD5")', '5d41402abc4b2a76b9719d911017c592'],
    ['$random(7) = $random(7)', true],
    ['$random() < 1', true],
    ['$parse("{\\"a\\":1}").a', 1],
    ['$length($uuid())', 36],
    ['$uuid() = $uuid()', false],
  ])('%s evaluates to %j', async (expression, expected) => {
    const input = { name: 'ann', list: [1, 2, 3], nothing: null }
    expect(await outputOf({ A: pass({ Output: `{% ${expression} %}`, End: true }) }, { input })).toEqual(
      expected,
    )
  })

  it.each([
    [
      '$states.input.other',
      "'$states.input.other' specified for the field 'Output' returned nothing (undefined).",
    ],
    ['$range(1, 2, -1)', 'returned nothing (undefined).'],
    ['$partition([1], 0)', 'returned nothing (undefined).'],
    ['$hash("a")', 'returned nothing (undefined).'],
    ['$hash("a", "SHA-3")', 'There is no hash algorithm SHA-3'],
    ['$parse("{")', 'threw an error during evaluation'],
    ['1 + "a"', 'The right side of the "+" operator must evaluate to a number'],
    ['$eval("1")', 'Attempted to invoke a non-function'],
    ['function($a) { $a }', 'returned an unsupported result type.'],
    ['$sum', 'returned an unsupported result type.'],
  ])('%s fails its state', async (expression, message) => {
    const { outcome, types, events } = await runStates({
      A: pass({ Output: `{% ${expression} %}`, End: true }),
    })
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' })
    expect(outcome).toMatchObject({ cause: expect.stringContaining(message) })
    expect(types).toEqual(['ExecutionStarted', 'PassStateEntered', 'EvaluationFailed', 'ExecutionFailed'])
    expect(events[2]).toMatchObject({ evaluationFailedEventDetails: { location: 'Output', state: 'A' } })
  })

  it('that fails reports its place, and the event at which its state was entered', async () => {
    const Output = { list: [1, { name: '{% $states.input.name %}' }] }
    await expect(outputOf({ A: pass({ Output, End: true }) })).rejects.toThrow(
      "An error occurred while executing the state 'A' (entered at the event id #2). The JSONata expression " +
        "'$states.input.name' specified for the field 'Output/list[1]/name' returned nothing (undefined).",
    )
  })

  it('must be the whole text: with text around it, it is plain text', async () => {
    const Output = [' {% 1 %}', '{% 1 %} ', '{%1%}', '{%\n1\n%}', '$states.input', '']
    const expected = [' {% 1 %}', '{% 1 %} ', 1, 1, '$states.input', '']
    expect(await outputOf({ A: pass({ Output, End: true }) })).toEqual(expected)
  })
})

describe('the context', () => {
  it('names the execution, the machine and the state', async () => {
    const Output = '{% $states.context %}'
    expect(
      await outputOf({ A: pass({ Next: 'B' }), B: pass({ Output, End: true }) }, { input: [1] }),
    ).toEqual({
      Execution: {
        Id: 'arn:aws:states:eu-west-1:000000000000:execution:Machine:one',
        Input: [1],
        Name: 'one',
        RoleArn: machine.roleArn,
        RedriveCount: 0,
        StartTime: '2026-01-01T00:00:00.000Z',
      },
      StateMachine: { Id: machine.id, Name: 'Machine' },
      State: { Name: 'B', EnteredTime: '2026-01-01T00:00:00.000Z' },
    })
  })

  it('has the number of retries of a state', async () => {
    const invoke = vi.fn((_: string, count: unknown) => (count === 2 ? 'done' : failWith('Busy')()))
    const Arguments = { FunctionName: 'F', Payload: '{% $states.context.State.RetryCount %}' }
    const States = { A: task('F', { Arguments, Retry: [retry({ IntervalSeconds: 1 })], End: true }) }
    expect(await outputOf(States, { invoke })).toBe('done')
    expect(invoke.mock.calls.map(([, payload]) => payload)).toEqual([0, 1, 2])
  })
})

describe('a variable', () => {
  it('is visible to all states after its assignment', async () => {
    const States = {
      A: pass({ Assign: { name: 'ann', list: [1, '{% 1 + 1 %}'] }, Next: 'B' }),
      B: pass({ Next: 'C' }),
      C: pass({ Output: '{% [$name, $list] %}', End: true }),
    }
    expect(await outputOf(States)).toEqual(['ann', 1, 2])
  })

  it('keeps its previous value within the state that assigns it', async () => {
    const swap = { Assign: { a: '{% $b %}', b: '{% $a %}' }, Output: '{% [$a, $b] %}' }
    const States = {
      A: pass({ Assign: { a: 1, b: 2 }, Next: 'B' }),
      B: pass({ ...swap, Next: 'C' }),
      C: pass({ Output: '{% [$states.input, $a, $b] %}', End: true }),
    }
    expect(await outputOf(States)).toEqual([1, 2, 2, 1])
  })

  it('of a workflow can be read, but not assigned, by its inner workflows', async () => {
    const branch = (name: string) => ({
      StartAt: name,
      States: {
        [name]: pass({ Assign: { inner: '{% $outer & $states.input %}' }, Next: `${name}2` }),
        [`${name}2`]: pass({ Output: '{% $inner %}', End: true }),
      },
    })
    const States = {
      A: pass({ Assign: { outer: 'o' }, Output: 'i', Next: 'P' }),
      P: { Type: 'Parallel', Branches: [branch('X'), branch('Y')], Next: 'B' },
      B: pass({ Output: '{% [$states.input, $exists($inner)] %}', End: true }),
    }
    expect(await outputOf(States)).toEqual(['oi', 'oi', false])
  })

  it('is recorded in the history as JSON text', async () => {
    const { events } = await runStates({ A: pass({ Assign: { a: { b: 1 } }, End: true }) })
    expect(events[2]).toMatchObject({
      type: 'PassStateExited',
      stateExitedEventDetails: {
        assignedVariables: { a: '{"b":1}' },
        assignedVariablesDetails: { truncated: false },
      },
    })
  })
})

describe('a Choice', () => {
  const choices = {
    Type: 'Choice',
    Choices: [
      { Condition: '{% $states.input > 10 %}', Next: 'Big', Output: 'big', Assign: { size: 1 } },
      { Condition: '{% $states.input > 5 %}', Next: 'Big' },
    ],
    Output: 'small',
    Assign: { size: 2 },
    Default: 'Small',
  }
  const States = {
    A: pass({ Assign: { size: 0 }, Next: 'C' }),
    C: choices,
    Big: pass({ Output: '{% ["Big", $states.input, $size] %}', End: true }),
    Small: pass({ Output: '{% ["Small", $states.input, $size] %}', End: true }),
  }

  it.each([
    [11, ['Big', 'big', 1]],
    [6, ['Big', 6, 0]],
    [1, ['Small', 'small', 2]],
  ])('of %j continues with the first true condition, or the default', async (input, expected) => {
    expect(await outputOf(States, { input })).toEqual(expected)
  })

  it.each([
    ['has no default', { Default: undefined }, 1, 'States.Runtime'],
    [
      'has a condition that is not a boolean',
      { Choices: [{ Condition: '{% 1 %}', Next: 'Big' }] },
      1,
      'States.QueryEvaluationError',
    ],
  ])('that %s if it needs one fails', async (_, over, input, error) => {
    const { Big, Small } = States
    const states = { C: { ...choices, ...over }, Big, ...('Default' in over ? {} : { Small }) }
    expect((await runStates(states, { input })).outcome).toMatchObject({ status: 'FAILED', error })
  })
})

describe('a Wait', () => {
  it.each([
    ['Seconds', { Seconds: 90 }, 90_000],
    ['Seconds from an expression', { Seconds: '{% $states.input %}' }, 7000],
    ['Timestamp', { Timestamp: '2026-01-01T00:01:00Z' }, 60_000],
    ['Timestamp of an expression', { Timestamp: "{% '2026-01-01T01:00:00+01:00' %}" }, 0],
    ['Timestamp in the past', { Timestamp: '2025-01-01T00:01:00Z' }, 0],
  ])('waits for its %s', async (_, time, expected) => {
    const { outcome, tookMs } = await runStates(
      { W: { Type: 'Wait', ...time, Output: 1, End: true } },
      { input: 7 },
    )
    expect([outcome, tookMs]).toEqual([{ status: 'SUCCEEDED', output: 1 }, expected])
  })

  it.each([
    [{ Seconds: "{% 'a' %}" }, 'number'],
    [{ Seconds: '{% -1 %}' }, '>=0'],
    [{ Timestamp: "{% 'noon' %}" }, 'ISO'],
  ])('of %j fails', async (time, message) => {
    await expect(outputOf({ W: { Type: 'Wait', ...time, End: true } })).rejects.toThrow(message)
  })
})

describe('an end', () => {
  it('that succeeds returns its output, or its input', async () => {
    expect(await outputOf({ S: { Type: 'Succeed' } }, { input: 1 })).toBe(1)
    expect(
      await outputOf({ S: { Type: 'Succeed', Output: { a: '{% $states.input %}' } } }, { input: 1 }),
    ).toEqual({ a: 1 })
  })

  it('that fails reports its error and cause', async () => {
    const { outcome, types, events } = await runStates(
      { F: { Type: 'Fail', Error: 'Refused', Cause: "{% 'no ' & $states.input %}" } },
      { input: 'way' },
    )
    expect(outcome).toEqual({ status: 'FAILED', error: 'Refused', cause: 'no way' })
    expect(types).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed'])
    expect(events[2]).toMatchObject({
      previousEventId: 2,
      executionFailedEventDetails: { error: 'Refused', cause: 'no way' },
    })
  })
})

describe('a Task', () => {
  it('calls a function, and returns its answer with its status', async () => {
    const invoke = vi.fn(() => ({ id: 7 }))
    const { outcome, events } = await runStates(
      { T: task('F', { Output: undefined, End: true }) },
      { input: { a: 1 }, invoke },
    )
    const result = { ExecutedVersion: '$LATEST', Payload: { id: 7 }, StatusCode: 200 }
    expect(outcome).toEqual({ status: 'SUCCEEDED', output: result })
    expect(invoke).toHaveBeenCalledExactlyOnceWith('F', { a: 1 }, expect.anything())
    const where = { resource: 'invoke', resourceType: 'lambda' }
    const data = { truncated: false }
    const timestamp = Date.parse('2026-01-01T00:00:00.000Z') / 1000
    const input = '{"a":1}'
    const output = JSON.stringify(result)
    const parameters = '{"FunctionName":"F","Payload":{"a":1}}'
    expect(events).toEqual([
      {
        id: 1,
        previousEventId: 0,
        timestamp,
        type: 'ExecutionStarted',
        executionStartedEventDetails: { input, inputDetails: data, roleArn: machine.roleArn },
      },
      {
        id: 2,
        previousEventId: 0,
        timestamp,
        type: 'TaskStateEntered',
        stateEnteredEventDetails: { name: 'T', input, inputDetails: data },
      },
      {
        id: 3,
        previousEventId: 2,
        timestamp,
        type: 'TaskScheduled',
        taskScheduledEventDetails: { ...where, region: 'eu-west-1', parameters },
      },
      { id: 4, previousEventId: 3, timestamp, type: 'TaskStarted', taskStartedEventDetails: where },
      {
        id: 5,
        previousEventId: 4,
        timestamp,
        type: 'TaskSucceeded',
        taskSucceededEventDetails: { ...where, output, outputDetails: data },
      },
      {
        id: 6,
        previousEventId: 5,
        timestamp,
        type: 'TaskStateExited',
        stateExitedEventDetails: { name: 'T', output, outputDetails: data },
      },
      {
        id: 7,
        previousEventId: 6,
        timestamp,
        type: 'ExecutionSucceeded',
        executionSucceededEventDetails: { output, outputDetails: data },
      },
    ])
  })

  it('may name its function by an expression, and assign the answer', async () => {
    const invoke = vi.fn((name: string) => name)
    const States = {
      T: task('F', {
        Arguments: "{% {'FunctionName': $states.input} %}",
        Assign: { who: '{% $states.result.Payload %}' },
        Next: 'B',
      }),
      B: pass({ Output: '{% $who %}', End: true }),
    }
    expect(await outputOf(States, { input: 'G', invoke })).toBe('G')
  })

  it("fails with its function's error", async () => {
    const cause = JSON.stringify({ errorType: 'NoRoom', errorMessage: 'The quota is used up', trace: [] })
    const { outcome, types, told } = await runStates({ T: task('F') }, { invoke: failWith('NoRoom', cause) })
    expect(outcome).toEqual({ status: 'FAILED', error: 'NoRoom', cause })
    expect(types.slice(-2)).toEqual(['TaskFailed', 'ExecutionFailed'])
    expect(told).toEqual(['entered T', 'T failed: NoRoom: The quota is used up'])
  })

  it.each([
    [{ TimeoutSeconds: 5 }, 5],
    [{ TimeoutSeconds: '{% $states.input %}' }, 7],
  ])('that takes longer than %j fails', async (time, seconds) => {
    const { outcome, events, tookMs } = await runStates(
      { T: task('F', { ...time, End: true }) },
      { input: 7, invoke: (_, __, clock) => clock.sleep(60_000, new AbortController().signal) },
    )
    expect(outcome).toEqual({ status: 'FAILED', error: 'States.Timeout', cause: undefined })
    expect(events.find(({ type }) => type === 'TaskScheduled')).toMatchObject({
      taskScheduledEventDetails: { timeoutInSeconds: seconds },
    })
    expect(events.at(-2)).toMatchObject({
      type: 'TaskTimedOut',
      taskTimedOutEventDetails: { error: 'States.Timeout' },
    })
    expect(events.at(-1)).toMatchObject({ timestamp: Date.parse('2026-01-01T00:00:00Z') / 1000 + seconds })
    expect(tookMs).toBeGreaterThanOrEqual(seconds * 1000)
  })

  it('that ends in time does not time out', async () => {
    const invoke = () => 'done'
    expect(
      await outputOf(
        { T: task('F', { TimeoutSeconds: 1, Next: 'W' }), W: { Type: 'Wait', Seconds: 9, End: true } },
        { invoke },
      ),
    ).toBe('done')
  })

  it('with an unmodelled argument fails at the call', async () => {
    const Arguments = "{% {'FunctionName': 'F', 'InvocationType': 'Event'} %}"
    await expect(outputOf({ T: task('F', { Arguments, End: true }) })).rejects.toThrow(
      /States.Runtime.*InvocationType/s,
    )
  })
})

describe('a value over 256 KiB', () => {
  const large = 'x'.repeat(262_143)
  const cases: [string, object, unknown][] = [
    ['an output', pass({ Output: "{% $states.input & 'xx' %}", End: true }), undefined],
    ['an assigned value', pass({ Assign: { a: "{% $states.input & 'xx' %}" }, End: true }), undefined],
    ["a function's answer", task('F', { Output: 1, End: true }), large],
    [
      'arguments',
      task('F', { Arguments: { FunctionName: 'F', Payload: '{% $states.input %}' }, End: true }),
      1,
    ],
  ]
  it.each(cases)('fails its state: %s', async (_, state, answer) => {
    const { outcome } = await runStates({ A: state }, { input: large.slice(2), invoke: () => answer })
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' })
  })

  it('is caught only by its own name', async () => {
    const caught = (name: string) =>
      outputOf(
        { T: task('F', { Catch: [{ ErrorEquals: [name], Output: 1, Next: 'B' }], End: true }), B: pass() },
        { invoke: () => large },
      )
    await expect(caught('States.ALL')).rejects.toThrow('States.DataLimitExceeded')
    await expect(caught('States.TaskFailed')).rejects.toThrow('States.DataLimitExceeded')
    expect(await caught('States.DataLimitExceeded')).toBe(1)
  })

  it('does not include one of exactly 256 KiB', async () => {
    expect(
      await outputOf(
        { A: pass({ Output: "{% $states.input & '' %}", End: true }) },
        { input: large.slice(1) },
      ),
    ).toHaveLength(262_142)
  })
})

describe('a retrier', () => {
  /** The seconds between the attempts of a task that always fails. */
  async function waits(...Retry: object[]) {
    const times: number[] = []
    await runStates(
      { T: task('F', { Retry, End: true }) },
      {
        invoke(_, __, clock) {
          times.push(clock.now() / 1000)
          throw new StatesError('Busy', 'why')
        },
      },
    )
    return times.slice(1).map((time, index) => time - (times[index] ?? 0))
  }

  it.each<[string, object, readonly number[]]>([
    ['by default', {}, [1, 2, 4]],
    ['after an interval', { IntervalSeconds: 3, MaxAttempts: 2 }, [3, 6]],
    ['at a rate', { BackoffRate: 1.5, MaxAttempts: 3 }, [1, 1.5, 2.25]],
    ['up to a delay', { MaxAttempts: 5, MaxDelaySeconds: 3 }, [1, 2, 3, 3, 3]],
    ['with full jitter', { JitterStrategy: 'FULL' }, [0.5, 1, 2]],
    ['never', { MaxAttempts: 0 }, []],
  ])('retries %s', async (_, more, expected) => {
    expect(await waits(retry(more))).toEqual(expected)
  })

  it('is the first that names the error, and each has its own count', async () => {
    expect(await waits(retry({ ErrorEquals: ['Other'] }), retry({ MaxAttempts: 1 }))).toEqual([1])
    let count = 0
    const errors = ['A', 'B', 'A', 'B', 'A']
    const invoke = () => failWith(errors[count++] ?? 'end')()
    const retriers = ['A', 'B'].map((name) => retry({ ErrorEquals: [name], MaxAttempts: 2 }))
    await runStates({ T: task('F', { Retry: retriers, End: true }) }, { invoke })
    expect(count).toBe(5)
  })

  it('logs each retry', async () => {
    const { told, types } = await runStates(
      { T: task('F', { Retry: [retry({ MaxAttempts: 1, IntervalSeconds: 2 })], End: true }) },
      { invoke: failWith('Busy') },
    )
    expect(told).toEqual(['entered T', 'T failed, again in 2 s: Busy: why', 'T failed: Busy: why'])
    expect(types).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskFailed',
      'TaskScheduled',
      'TaskStarted',
      'TaskFailed',
      'ExecutionFailed',
    ])
  })
})

describe('a catcher', () => {
  it.each([
    ['the name', ['Refused'], 'Refused', true],
    ['one of several names', ['Other', 'Refused'], 'Refused', true],
    ['States.ALL', ['States.ALL'], 'Refused', true],
    ['States.TaskFailed', ['States.TaskFailed'], 'Refused', true],
    ['another name', ['Other'], 'Refused', false],
    ['States.TaskFailed', ['States.TaskFailed'], 'States.Timeout', false],
    ['States.ALL', ['States.ALL'], 'States.Timeout', true],
    ['States.ALL', ['States.ALL'], 'States.Runtime', false],
    ['the name', ['States.Runtime'], 'States.Runtime', false],
  ])('by %s (%j) of %s: %s', async (_, ErrorEquals, error, isCaught) => {
    const States = { T: task('F', { Catch: [{ ErrorEquals, Next: 'B' }], End: true }), B: pass() }
    const { outcome } = await runStates(States, { invoke: failWith(error) })
    expect(outcome).toEqual(
      isCaught
        ? { status: 'SUCCEEDED', output: { Error: error, Cause: 'why' } }
        : { status: 'FAILED', error, cause: 'why' },
    )
  })

  it('outputs and assigns values made from the error', async () => {
    const caught = {
      ErrorEquals: ['States.ALL'],
      Next: 'B',
      Output: { why: '{% $states.errorOutput.Cause %}', input: '{% $states.input %}' },
      Assign: { error: '{% $states.errorOutput.Error %}' },
    }
    const States = {
      T: task('F', { Catch: [caught], Assign: { error: 'none' }, End: true }),
      B: pass({ Output: '{% [$states.input, $error] %}', End: true }),
    }
    const { outcome, told, types } = await runStates(States, { input: 7, invoke: failWith('Refused') })
    expect(outcome).toMatchObject({ output: [{ why: 'why', input: 7 }, 'Refused'] })
    expect(told).toContain('T failed, goes to B: Refused: why')
    expect(types.slice(4, 6)).toEqual(['TaskFailed', 'TaskStateExited'])
  })

  it('applies after the retriers', async () => {
    const invoke = vi.fn(failWith('Busy'))
    const Catch = [{ ErrorEquals: ['States.ALL'], Output: 'caught', Next: 'B' }]
    const States = { T: task('F', { Retry: [retry({ MaxAttempts: 2 })], Catch, End: true }), B: pass() }
    expect(await outputOf(States, { invoke })).toBe('caught')
    expect(invoke).toHaveBeenCalledTimes(3)
  })

  it.each(['Arguments', 'Output', 'Assign'])('catches a failure in %s of its state', async (field) => {
    const broken = { FunctionName: 'F', Payload: '{% $states.input.nothing %}' }
    const Catch = [{ ErrorEquals: ['States.QueryEvaluationError'], Output: 'caught', Next: 'B' }]
    const States = { T: task('F', { [field]: broken, Catch, End: true }), B: pass() }
    expect(await outputOf(States, { invoke: () => 1 })).toBe('caught')
  })

  it('that itself fails ends the execution as failed', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Output: '{% $states.input.nothing %}', Next: 'B' }]
    const States = { T: task('F', { Catch, End: true }), B: pass() }
    await expect(outputOf(States, { invoke: failWith('Refused') })).rejects.toThrow(
      "the field 'Catch[0]/Output'",
    )
  })
})

describe('an execution', () => {
  const slow = { W: { Type: 'Wait', Seconds: 100, End: true } }

  it.each([
    ['its definition allows', { more: { TimeoutSeconds: 10 } }, 10],
    ['its type allows', { maxSeconds: 30 }, 30],
    ['its type allows, despite its definition', { more: { TimeoutSeconds: 50 }, maxSeconds: 30 }, 30],
  ])('that takes longer than %s times out', async (_, o, seconds) => {
    const { outcome, types, events, tookMs } = await runStates(slow, o)
    expect(outcome).toEqual({ status: 'TIMED_OUT' })
    expect(types).toEqual(['ExecutionStarted', 'WaitStateEntered', 'ExecutionTimedOut'])
    expect(events[2]).toMatchObject({
      previousEventId: 0,
      executionTimedOutEventDetails: { error: 'States.Timeout' },
    })
    expect(tookMs).toBe(seconds * 1000)
  })

  it('that times out in a state cannot catch that', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'B' }]
    const States = { T: task('F', { Catch, End: true }), B: pass() }
    const invoke = () => new Promise(() => {})
    expect((await runStates(States, { invoke, more: { TimeoutSeconds: 10 } })).outcome).toEqual({
      status: 'TIMED_OUT',
    })
  })
})
