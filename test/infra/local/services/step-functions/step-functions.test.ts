import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type GetExecutionHistoryCommandInput,
  ListExecutionsCommand,
  type ListExecutionsCommandInput,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { ExecutionClock } from '../../../../../infra/local/services/step-functions/clock.ts'
import { parseDefinition } from '../../../../../infra/local/services/step-functions/read-definition.ts'
import {
  openStepFunctions,
  type StepFunctions,
} from '../../../../../infra/local/services/step-functions/service.ts'
import { StatesError } from '../../../../../infra/local/services/step-functions/states-error.ts'
import type { StateMachine } from '../../../../../infra/local/services/step-functions/template.ts'
import { virtualClock } from '../../../../kit/clocks/virtual-clock.ts'
import {
  closeAfter,
  dataDir,
  lines,
  log,
  region,
  serve,
  withDataDir,
} from '../../../../kit/local-cloud/local-service.ts'
import { machine, task } from '../../../../kit/local-cloud/state-machine.ts'

const pass = { Type: 'Pass', End: true }
const invoke = vi.fn<(machine: StateMachine, functionName: string, payload: unknown) => Promise<unknown>>()
const refusalOfRole = vi.fn<() => string | undefined>()
let stepFunctions: StepFunctions
let client: SFNClient

withDataDir()
beforeEach(() => {
  invoke.mockReset().mockResolvedValue('done')
  refusalOfRole.mockReset()
})

/** Opens the data folder as the local cloud does when it starts, with one machine that has these states. */
async function open(
  States: Readonly<Record<string, object>>,
  o: {
    readonly type?: 'EXPRESS'
    readonly clock?: ExecutionClock
    readonly keep?: number
    readonly gone?: true
  } = {},
): Promise<void> {
  const [StartAt] = Object.keys(States)
  const source = JSON.stringify({ QueryLanguage: 'JSONata', StartAt, States })
  const definition = parseDefinition('Machine', source)
  const { type = 'STANDARD', gone, ...more } = o
  const { id: arn, name, roleArn } = machine
  const known = { logicalId: 'Uploads', arn, name, roleArn }
  const one: StateMachine = { ...known, type, definition, source, functionNames: [] }
  stepFunctions = openStepFunctions({
    region,
    dataDir,
    log,
    invoke,
    refusalOfRole,
    machines: gone ? [] : [one],
    ...more,
  })
  closeAfter(stepFunctions.close)
  client = new SFNClient(await serve(stepFunctions.service))
}

const start = (input: unknown = {}, name?: string) =>
  client.send(new StartExecutionCommand({ stateMachineArn: machine.id, input: JSON.stringify(input), name }))
const describeIt = (executionArn?: string) => client.send(new DescribeExecutionCommand({ executionArn }))
const list = (over: Partial<ListExecutionsCommandInput> = {}) =>
  client.send(new ListExecutionsCommand({ stateMachineArn: machine.id, ...over }))
const historyOf = (executionArn: string | undefined, over: Partial<GetExecutionHistoryCommandInput> = {}) =>
  client.send(new GetExecutionHistoryCommand({ executionArn, ...over }))
const arnOf = (name: string) => `${machine.id.replace('stateMachine', 'execution')}:${name}`

/** An execution, once it has this status. */
function ended(executionArn: string | undefined, status = 'SUCCEEDED') {
  return vi.waitFor(
    async () => {
      const execution = await describeIt(executionArn)
      expect(execution.status).toBe(status)
      return execution
    },
    { timeout: 10_000 },
  )
}

describe('an execution', () => {
  it('is started, and described as on AWS', async () => {
    await open({ A: task('F') })
    const { executionArn, startDate } = await start({ a: 1 }, 'one')
    expect(executionArn).toBe(arnOf('one'))
    const { $metadata, ...execution } = await ended(executionArn)
    expect(execution).toEqual({
      executionArn,
      stateMachineArn: machine.id,
      name: 'one',
      status: 'SUCCEEDED',
      startDate,
      stopDate: expect.any(Date),
      input: '{"a":1}',
      inputDetails: { included: true },
      output: '"done"',
      outputDetails: { included: true },
    })
    expect(invoke).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ logicalId: 'Uploads' }), 'F', {
      a: 1,
    })
  })

  it('gets a unique name by default', async () => {
    await open({ A: pass })
    const [{ executionArn: one }, { executionArn: other }] = await Promise.all([start(), start()])
    expect(one).toMatch(/:[0-9a-f-]{36}$/)
    expect(other).not.toBe(one)
  })

  it('that fails reports its error', async () => {
    invoke.mockRejectedValue(new StatesError('NoRoom', 'why'))
    await open({ A: task('F') })
    const { executionArn } = await start()
    expect(await ended(executionArn, 'FAILED')).toMatchObject({ error: 'NoRoom', cause: 'why' })
  })

  it('that timed out has no error, as on AWS', async () => {
    invoke.mockReturnValue(new Promise(() => {}))
    await open({ A: task('F') }, { type: 'EXPRESS', clock: virtualClock() })
    await start({}, 'one')
    await vi.waitFor(() => expect(lines).toContain('Uploads one timed out after 300000 ms'))
  })

  it('writes a few lines to the log', async () => {
    invoke.mockRejectedValue(new StatesError('NoRoom', '{"errorMessage":"The quota is used up"}'))
    await open({ A: { ...pass, End: undefined, Next: 'B' }, B: task('F') }, { clock: virtualClock() })
    const { executionArn } = await start({}, 'one')
    await ended(executionArn, 'FAILED')
    expect(lines).toEqual([
      'Uploads one started',
      'Uploads one entered A',
      'Uploads one entered B',
      'Uploads one B failed: NoRoom: The quota is used up',
      'Uploads one failed with NoRoom: The quota is used up after 0 ms',
    ])
  })

  it('without an end fails when its history is full', async () => {
    await open({
      A: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'B' }], Default: 'A' },
      B: pass,
    })
    const { executionArn } = await start()
    const { cause, error } = await ended(executionArn, 'FAILED')
    expect([error, cause]).toEqual([
      'States.Runtime',
      'The execution reached the maximum number of history events (25000).',
    ])
    const { events = [] } = await historyOf(executionArn, { reverseOrder: true, maxResults: 1 })
    expect(events[0]).toMatchObject({ id: 25_000, type: 'ExecutionFailed' })
  }, 30_000)
})

describe('StartExecution', () => {
  it('with the name and input of a running execution returns that execution', async () => {
    invoke.mockReturnValue(new Promise(() => {}))
    await open({ A: task('F') })
    const first = await start({ a: 1 }, 'one')
    expect(await start({ a: 1 }, 'one')).toMatchObject({
      executionArn: first.executionArn,
      startDate: first.startDate,
    })
    expect(invoke).toHaveBeenCalledTimes(1)
    await expect(start({ a: 2 }, 'one')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' })
  })

  it('with the name of an ended execution is refused, even after a restart', async () => {
    await open({ A: pass })
    await ended((await start({ a: 1 }, 'one')).executionArn)
    await expect(start({ a: 1 }, 'one')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' })
    await stepFunctions.close()
    await open({ A: pass })
    await expect(start({ a: 1 }, 'one')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' })
  })

  it('on an EXPRESS machine starts a new execution each time', async () => {
    await open({ A: pass }, { type: 'EXPRESS' })
    const arns = [await start({}, 'one'), await start({}, 'one')].map(({ executionArn }) => executionArn)
    expect(arns[0]).toMatch(/^arn:aws:states:eu-west-1:000000000000:express:Machine:one:[0-9a-f-]{36}$/)
    expect(arns[1]).not.toBe(arns[0])
  })

  const cases: [string, object, string][] = [
    ['another machine', { stateMachineArn: `${machine.id}2` }, 'StateMachineDoesNotExist'],
    ['an input that is not JSON', { input: '{' }, 'InvalidExecutionInput'],
    ['a deeply nested input', { input: `${'['.repeat(5_000)}${']'.repeat(5_000)}` }, 'InvalidExecutionInput'],
    ['an input over 256 KiB', { input: `"${'x'.repeat(262_143)}"` }, 'InvalidExecutionInput'],
    ['a name with a blank', { name: 'a b' }, 'InvalidName'],
    ['a name with a slash', { name: 'a/b' }, 'InvalidName'],
    ['a name of 81 characters', { name: 'x'.repeat(81) }, 'InvalidName'],
  ]
  it.each(cases)('with %s is refused', async (_, over, name) => {
    await open({ A: pass })
    const command = new StartExecutionCommand({ stateMachineArn: machine.id, ...over })
    await expect(client.send(command)).rejects.toMatchObject({ name })
    expect(await list()).toMatchObject({ executions: [] })
  })

  it('accepts an input of exactly 256 KiB and a name of 80 characters', async () => {
    await open({ A: { ...pass, Output: 1 } })
    const { executionArn } = await start('x'.repeat(262_142), 'é'.repeat(80))
    expect(await ended(executionArn)).toMatchObject({ output: '1' })
  })
})

describe('ListExecutions', () => {
  it('returns the newest first, by status and in pages', async () => {
    invoke.mockRejectedValue(new StatesError('NoRoom'))
    const Choices = [{ Condition: "{% $states.input = 'fail' %}", Next: 'B' }]
    await open({ A: { Type: 'Choice', Choices, Default: 'C' }, B: task('F'), C: pass })
    for (const [name, input] of Object.entries({ one: 'fail', two: 'pass', three: 'fail' }))
      await ended((await start(input, name)).executionArn, input === 'fail' ? 'FAILED' : 'SUCCEEDED')
    const names = async (over: Partial<ListExecutionsCommandInput>) => {
      const { executions = [], nextToken } = await list(over)
      return [executions.map(({ name }) => name), nextToken] as const
    }
    expect(await names({})).toEqual([['three', 'two', 'one'], undefined])
    expect(await names({ statusFilter: 'FAILED' })).toEqual([['three', 'one'], undefined])
    const [first, nextToken] = await names({ maxResults: 2 })
    expect(first).toEqual(['three', 'two'])
    await ended((await start('pass', 'four')).executionArn)
    expect(await names({ maxResults: 2, nextToken })).toEqual([['one'], undefined])
    await expect(list({ nextToken: 'other' })).rejects.toMatchObject({ name: 'InvalidToken' })
  })
})

describe('GetExecutionHistory', () => {
  it('returns the events, also reversed, in pages and without their data', async () => {
    await open({ A: pass })
    const { executionArn } = await start({ a: 1 })
    await ended(executionArn)
    const types = ['ExecutionStarted', 'PassStateEntered', 'PassStateExited', 'ExecutionSucceeded']
    const { events = [] } = await historyOf(executionArn)
    expect(events.map(({ type }) => type)).toEqual(types)
    expect(events[1]).toMatchObject({
      id: 2,
      timestamp: expect.any(Date),
      stateEnteredEventDetails: { input: '{"a":1}' },
    })

    const first = await historyOf(executionArn, { reverseOrder: true, maxResults: 3 })
    const { nextToken } = first
    const rest = await historyOf(executionArn, { reverseOrder: true, maxResults: 3, nextToken })
    expect([...(first.events ?? []), ...(rest.events ?? [])].map(({ type }) => type)).toEqual(
      types.toReversed(),
    )
    expect(rest.nextToken).toBeUndefined()

    const bare = await historyOf(executionArn, { includeExecutionData: false })
    expect(bare.events?.[1]?.stateEnteredEventDetails).toEqual({ name: 'A' })
  })
})

describe('an EXPRESS machine', () => {
  it('shows none of its executions, as on AWS', async () => {
    await open({ A: pass }, { type: 'EXPRESS' })
    const { executionArn } = await start()
    await expect(list()).rejects.toMatchObject({ name: 'StateMachineTypeNotSupported' })
    await expect(describeIt(executionArn)).rejects.toMatchObject({ name: 'InvalidArn' })
    await expect(historyOf(executionArn)).rejects.toMatchObject({ name: 'InvalidArn' })
  })

  it('leaves nothing in the data folder', async () => {
    await open({ A: pass }, { type: 'EXPRESS' })
    await start({}, 'one')
    await vi.waitFor(() => expect(lines.join()).toContain('one succeeded'))
    expect(readdirSync(join(dataDir, 'step-functions'))).toEqual(['executions.jsonl'])
  })
})

it('a missing execution cannot be described', async () => {
  await open({ A: pass })
  await expect(describeIt(arnOf('one'))).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' })
  await expect(historyOf(arnOf('one'))).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' })
})

it('the newest ended executions are kept, and all running ones', async () => {
  invoke.mockReturnValue(new Promise(() => {}))
  const Choices = [{ Condition: "{% $states.input = 'run' %}", Next: 'B' }]
  await open({ A: { Type: 'Choice', Choices, Default: 'C' }, B: task('F'), C: pass }, { keep: 2 })
  await start('run', 'running')
  for (const name of ['one', 'two', 'three']) await ended((await start('pass', name)).executionArn)
  const { executions = [] } = await list()
  expect(executions.map(({ name }) => name)).toEqual(['three', 'two', 'running'])
  expect(
    readdirSync(join(dataDir, 'step-functions')).filter((file) => file.includes('history')),
  ).toHaveLength(3)
})

describe('after a restart, an execution', () => {
  const hourLong = { A: { ...pass, Assign: { who: 'ann' }, Output: 7, End: undefined, Next: 'W' } }

  it('waits until its original time', async () => {
    const States = {
      ...hourLong,
      W: { Type: 'Wait', Seconds: 3600, Next: 'B' },
      B: { ...pass, Output: '{% [$states.input, $who] %}' },
    }
    const startedAt = Date.parse('2026-01-01T00:00:00Z')
    const still: ExecutionClock = {
      ...virtualClock(startedAt),
      sleep: (_, signal) =>
        new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    }
    await open(States, { clock: still })
    const { executionArn } = await start()
    await vi.waitFor(() => expect(lines.join()).toContain('entered W'))
    await stepFunctions.close()
    await open(States, { clock: virtualClock(startedAt + 3_000_000) })
    const { stopDate, output } = await ended(executionArn)
    expect(stopDate).toEqual(new Date(startedAt + 3_600_000))
    expect(output).toBe('[7,"ann"]')
    expect((await historyOf(executionArn)).events?.map(({ id, type }) => `${id} ${type}`)).toEqual([
      '1 ExecutionStarted',
      '2 PassStateEntered',
      '3 PassStateExited',
      '4 WaitStateEntered',
      '5 WaitStateExited',
      '6 PassStateEntered',
      '7 PassStateExited',
      '8 ExecutionSucceeded',
    ])
  })

  it('calls the unanswered function again, and no function that had answered', async () => {
    invoke.mockResolvedValueOnce('first').mockReturnValueOnce(new Promise(() => {}))
    const States = { A: task('F', { Next: 'B' }), B: task('G') }
    await open(States)
    const { executionArn } = await start()
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledTimes(2))
    await stepFunctions.close()
    expect(await open(States)).toBeUndefined()
    expect(await ended(executionArn)).toMatchObject({ output: '"done"' })
    expect(invoke.mock.calls.map(([, name, payload]) => [name, payload])).toEqual([
      ['F', {}],
      ['G', 'first'],
      ['G', 'first'],
    ])
  })

  it('keeps the count of its attempts, and its wait for the next', async () => {
    const States = {
      A: task('F', { Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 100, MaxAttempts: 2 }], End: true }),
    }
    invoke.mockRejectedValue(new StatesError('Busy', 'why'))
    const startedAt = Date.parse('2026-01-01T00:00:00Z')
    const still: ExecutionClock = {
      ...virtualClock(startedAt),
      sleep: (_, signal) =>
        new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    }
    await open(States, { clock: still })
    const { executionArn } = await start()
    await vi.waitFor(() => expect(lines.join()).toContain('again in 100 s'))
    await stepFunctions.close()
    await open(States, { clock: virtualClock(startedAt + 50_000) })
    const { stopDate } = await ended(executionArn, 'FAILED')
    expect(stopDate).toEqual(new Date(startedAt + 300_000))
    expect(invoke).toHaveBeenCalledTimes(3)
  })

  it('repeats no branch or iteration that had ended', async () => {
    const ItemProcessor = { StartAt: 'T', States: { T: task('F') } }
    const States = { M: { Type: 'Map', ItemProcessor, MaxConcurrency: 1, End: true } }
    invoke.mockResolvedValueOnce('one').mockReturnValueOnce(new Promise(() => {}))
    await open(States)
    const { executionArn } = await start(['a', 'b', 'c'])
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledTimes(2))
    await stepFunctions.close()
    await open(States)
    expect(await ended(executionArn)).toMatchObject({ output: '["one","done","done"]' })
    expect(invoke.mock.calls.map(([, , payload]) => payload)).toEqual(['a', 'b', 'b', 'c'])
    const { events = [] } = await historyOf(executionArn)
    const started = events.filter(({ type }) => /^Map(State|Iteration)Started$/.test(type ?? ''))
    expect(started).toHaveLength(4)
  })

  it('of an EXPRESS machine resumes, too', async () => {
    invoke.mockReturnValueOnce(new Promise(() => {}))
    await open({ A: task('F') }, { type: 'EXPRESS' })
    await start({}, 'one')
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledTimes(1))
    await stepFunctions.close()
    await open({ A: task('F') }, { type: 'EXPRESS' })
    await vi.waitFor(() => expect(lines.join()).toContain('one succeeded'))
    expect(lines).toContain('Uploads one resumes')
  })

  it('fails with the name of a state that the definition no longer has', async () => {
    invoke.mockReturnValueOnce(new Promise(() => {}))
    await open({ A: task('F') })
    const { executionArn } = await start()
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledTimes(1))
    await stepFunctions.close()
    await open({ B: pass })
    expect(await ended(executionArn, 'FAILED')).toMatchObject({
      error: 'States.Runtime',
      cause: "The state 'A' is no longer in the definition",
    })
  })

  it('is aborted if its machine is no longer in the template', async () => {
    invoke.mockReturnValueOnce(new Promise(() => {}))
    await open({ A: task('F') })
    const { executionArn } = await start({}, 'one')
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledTimes(1))
    await stepFunctions.close()
    await open({ A: pass }, { gone: true })
    await ended(executionArn, 'ABORTED')
    expect(lines.at(-1)).toBe(
      `local cloud ${executionArn} is aborted: the template no longer declares its state machine`,
    )
  })
})

describe('a rule', () => {
  it('starts one execution per delivery, however often that is repeated', async () => {
    await open({ A: task('F') })
    stepFunctions.start(machine.id, { detail: 1 }, 'event_delivery')
    expect(await ended(arnOf('event_delivery'))).toMatchObject({ input: '{"detail":1}' })
    stepFunctions.start(machine.id, { detail: 1 }, 'event_delivery')
    stepFunctions.start(machine.id, { detail: 1 }, 'event_other')
    await ended(arnOf('event_other'))
    expect(invoke).toHaveBeenCalledTimes(2)
  })

  it('for a missing machine fails', async () => {
    await open({ A: pass })
    expect(() => stepFunctions.start(`${machine.id}2`, {}, 'one')).toThrow('State Machine Does Not Exist')
    expect(() => stepFunctions.demandStart('rule', `${machine.id}2`, 'role')).toThrow(
      'State Machine Does Not Exist',
    )
  })

  it('needs a role with the permission to start it', async () => {
    await open({ A: pass })
    expect(() => stepFunctions.demandStart('rule', machine.id, undefined)).toThrow('rule has no RoleArn')
    expect(() => stepFunctions.demandStart('rule', machine.id, 'role')).not.toThrow()
    expect(refusalOfRole).toHaveBeenCalledWith('role', 'events', {
      action: 'states:StartExecution',
      resource: machine.id,
    })
    refusalOfRole.mockReturnValue('no grant')
    expect(() => stepFunctions.demandStart('rule', machine.id, 'role')).toThrow('no grant')
  })
})

it('a call needs its permission on the machine or the execution', async () => {
  await open({ A: pass })
  const needs = (operation: string, input: object) =>
    stepFunctions.service.permissions({ operation, body: Buffer.from(JSON.stringify(input)), headers: {} })
  expect(needs('StartExecution', { stateMachineArn: machine.id, input: '{}' })).toEqual([
    { action: 'states:StartExecution', resource: machine.id },
  ])
  expect(needs('DescribeExecution', { executionArn: arnOf('one') })).toEqual([
    { action: 'states:DescribeExecution', resource: arnOf('one') },
  ])
})
