import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AwsError } from '../../../../../infra/local/gateway/aws-service.ts'
import { startGateway } from '../../../../../infra/local/gateway/gateway.ts'
import { schedulesPage } from '../../../../../infra/local/services/scheduler/page.ts'
import { openScheduler, type Scheduler } from '../../../../../infra/local/services/scheduler/service.ts'
import { readSchedule, type Schedule } from '../../../../../infra/local/services/scheduler/template.ts'
import type { Queue } from '../../../../../infra/local/services/sqs/queue.ts'
import { closeAfter, dataDir, lines, log, withDataDir } from '../../../../kit/local-cloud/local-service.ts'

const arn = 'arn:aws:scheduler:eu-west-1:000000000000:schedule/default/Annals-Sweep'
const functionArn = 'arn:aws:lambda:eu-west-1:000000000000:function:Sweep'
const target = { Arn: functionArn, RoleArn: 'arn:aws:iam::000000000000:role/Sweep' }
const deadLetterConfig = { Arn: 'arn:aws:sqs:eu-west-1:000000000000:DeadLetters' }
const hourly = {
  ScheduleExpression: 'rate(1 hour)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { ...target, Input: '{"at":"<aws.scheduler.scheduled-time>"}' },
}
const invoke = vi.fn<(targetArn: string, input: unknown) => void>()
const send = vi.fn<Queue['send']>()
const second = 1000
const hour = 3_600_000

withDataDir()
beforeEach(() => {
  invoke.mockReset()
  send.mockReset()
  vi.useFakeTimers({
    toFake: ['Date', 'setTimeout', 'clearTimeout'],
    now: new Date('2026-01-01T00:00:00Z'),
  })
})
// Runs before the hook that closes what the test opened, because closing waits in real time.
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const read = (over: object = {}) =>
  readSchedule({
    logicalId: 'Sweep',
    arn,
    properties: { ...hourly, ...over },
    findQueue: (found) => ({ arn: found, url: '', send }),
  })

/** Opens the data folder as the local cloud does when it starts. */
function open(schedules: readonly Schedule[] = [read()], retryDelaysMs: readonly number[] = [0]): Scheduler {
  const scheduler = openScheduler({ dataDir, schedules, invoke, retryDelaysMs, log })
  closeAfter(scheduler.close)
  return scheduler
}

/** Moves the clock forward, and runs the timers that are due. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms + 1)
/** The scheduled times for which the function was invoked. */
const times = () => invoke.mock.calls.map(([, input]) => (input as { at: string }).at) // the input of `hourly`

async function restart(
  before: Scheduler,
  downMs: number,
  schedules?: readonly Schedule[],
): Promise<Scheduler> {
  await before.close()
  vi.setSystemTime(Date.now() + downMs)
  const after = open(schedules)
  await pass(0)
  return after
}

describe('a schedule', () => {
  it('by a rate invokes its function immediately, and then at that rate', async () => {
    open()
    await pass(2 * hour)
    expect(invoke.mock.calls.map(([called]) => called)).toEqual([functionArn, functionArn, functionArn])
    expect(times()).toEqual(['2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z', '2026-01-01T02:00:00Z'])
  })

  it('by a cron expression invokes its function at its times', async () => {
    open([read({ ScheduleExpression: 'cron(0 6 L * ? *)', ScheduleExpressionTimezone: 'Europe/Berlin' })])
    vi.setSystemTime('2026-01-31T04:00:00Z')
    await pass(hour - second)
    expect(invoke).not.toHaveBeenCalled()
    await pass(second)
    expect(times()).toEqual(['2026-01-31T05:00:00Z'])
  })

  it('with times that are far apart waits for each', async () => {
    open([read({ ScheduleExpression: 'rate(30 days)' })])
    await pass(30 * 24 * hour)
    expect(times()).toEqual(['2026-01-01T00:00:00Z', '2026-01-31T00:00:00Z'])
  })

  it('logs when it runs, and when it runs next', async () => {
    open([read({ EndDate: '2026-01-01T01:00:00Z' })])
    await pass(3 * hour)
    expect(lines).toEqual([
      'Sweep runs for 2026-01-01T00:00:00Z, next for 2026-01-01T01:00:00Z',
      'Sweep runs for 2026-01-01T01:00:00Z, for the last time',
    ])
  })

  it('with a start and an end runs from one to the other', async () => {
    open([read({ StartDate: '2026-01-01T03:30:00.000Z', EndDate: '2026-01-01T06:00:00+01:00' })])
    await pass(9 * hour)
    expect(times()).toEqual(['2026-01-01T03:30:00Z', '2026-01-01T04:30:00Z'])
  })

  it('whose start has passed keeps to it', async () => {
    open([read({ StartDate: '2025-12-31T20:15:00.000Z' })])
    await pass(2 * hour)
    expect(times()).toEqual(['2026-01-01T00:15:00Z', '2026-01-01T01:15:00Z'])
  })

  it('that is disabled does not run', async () => {
    const scheduler = open([read({ State: 'DISABLED' })])
    await pass(3 * hour)
    expect(invoke).not.toHaveBeenCalled()
    expect(scheduler.list()).toMatchObject([{ logicalId: 'Sweep', enabled: false, next: null }])
  })

  it('with a flexible window runs within it', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    open([read({ FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 10 } })])
    await pass(299 * second)
    expect(invoke).not.toHaveBeenCalled()
    await pass(second)
    expect(times()).toEqual(['2026-01-01T00:00:00Z'])
  })

  it('with a window longer than its rate skips no time', async () => {
    open([read({ FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 180 } })])
    await pass(12 * hour)
    const first = Array.from({ length: 9 }, (_, n) => `2026-01-01T0${n}:00:00Z`)
    expect(times()).toEqual(expect.arrayContaining(first))
    expect(new Set(times()).size).toBe(times().length)
  })
})

describe('a restart', () => {
  it('repeats nothing', async () => {
    const before = open()
    await pass(hour)
    await restart(before, 0)
    expect(times()).toEqual(['2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z'])
    await pass(hour)
    expect(times()).toHaveLength(3)
  })

  it('knows that nothing was handed over after the end', async () => {
    const before = open()
    await pass(0)
    await before.close()
    await pass(2 * hour)
    expect(lines).toHaveLength(1)
  })

  it('runs once for missed times, with the latest of them', async () => {
    const before = open()
    await pass(0)
    await restart(before, 5.5 * hour)
    expect(times()).toEqual(['2026-01-01T00:00:00Z', '2026-01-01T05:00:00Z'])
    await pass(hour)
    expect(times()[2]).toBe('2026-01-01T06:00:00Z')
  })

  it('runs nothing if nothing was missed', async () => {
    const before = open()
    await pass(0)
    await restart(before, 0.9 * hour)
    expect(times()).toHaveLength(1)
  })

  it('delivers an invocation that was handed over and not accepted', async () => {
    invoke.mockImplementationOnce(() => {
      throw new Error('busy')
    })
    const before = open([read()], [10 * second])
    await pass(0)
    await restart(before, 10 * second)
    expect(times()).toEqual(['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'])
  })

  it.each([
    ['expression', { ScheduleExpression: 'rate(2 hours)' }, '2026-01-01T05:30:00Z'],
    ['time zone', { ScheduleExpressionTimezone: 'Europe/Berlin' }, '2026-01-01T05:30:00Z'],
    ['start', { StartDate: '2026-01-01T05:30:01Z' }, '2026-01-01T05:30:01Z'],
  ])('with another %s starts the schedule again', async (_, over, again) => {
    const before = open()
    await pass(0)
    await restart(before, 5.5 * hour, [read(over)])
    await pass(second)
    expect(times()).toEqual(['2026-01-01T00:00:00Z', again])
  })

  it('with a schedule that was disabled or missing starts it again', async () => {
    const cron = { ScheduleExpression: 'cron(30 * * * ? *)' }
    const disabled = await restart(open([read(cron)]), 0, [read({ ...cron, State: 'DISABLED' })])
    const enabled = await restart(disabled, 5 * hour, [read(cron)])
    await restart(await restart(enabled, 0, []), 5 * hour, [read(cron)])
    expect(invoke).not.toHaveBeenCalled()
    await pass(hour)
    expect(times()).toEqual(['2026-01-01T10:30:00Z'])
  })

  it('without the schedule logs the invocations that it drops', async () => {
    invoke.mockImplementationOnce(() => {
      throw new Error('busy')
    })
    const before = open([read()], [10 * second])
    await pass(0)
    await restart(before, 10 * second, [])
    expect(invoke).toHaveBeenCalledTimes(1)
    expect(lines.at(-1)).toBe(
      'Sweep did not run for 2026-01-01T00:00:00Z: ResourceNotFoundException The schedule no longer exists',
    )
  })
})

describe("a schedule's input", () => {
  it('has the context attributes', async () => {
    const names = ['schedule-arn', 'scheduled-time', 'execution-id', 'attempt-number']
    const Input = JSON.stringify(names.map((name) => `<aws.scheduler.${name}>, <aws.scheduler.${name}>`))
    invoke.mockImplementationOnce(() => {
      throw new Error('busy')
    })
    open([read({ Target: { ...target, Input } })])
    await pass(1)
    const inputs = invoke.mock.calls.map(([, input]) => input)
    const twice = (text: string) => `${text}, ${text}`
    const id = expect.stringMatching(/^([0-9a-f]{16}), \1$/)
    const [time, one, two] = ['2026-01-01T00:00:00Z', '1', '2'].map(twice)
    expect(inputs).toEqual([
      [twice(arn), time, id, one],
      [twice(arn), time, id, two],
    ])
    expect(new Set(inputs.flat()).size).toBe(6)
  })

  it('is an EventBridge event if the template has none', async () => {
    open([read({ Target: target })])
    await pass(0)
    expect(invoke.mock.calls[0]?.[1]).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account: '000000000000',
      time: '2026-01-01T00:00:00Z',
      region: 'eu-west-1',
      resources: [arn],
      detail: '{}',
    })
  })
})

describe('an invocation', () => {
  const fail = (error: Error) =>
    invoke.mockImplementation(() => {
      throw error
    })
  const withDeadLetters = { Target: { ...hourly.Target, DeadLetterConfig: deadLetterConfig } }
  const attributes = {
    SCHEDULE_ARN: arn,
    TARGET_ARN: 'arn:aws:scheduler:::aws-sdk:lambda:invoke',
    SCHEDULED_TIME: '2026-01-01T00:00:00Z',
    EXECUTION_ID: expect.stringMatching(/^[0-9a-f]{16}$/),
    IS_PAYLOAD_TRUNCATED: 'false',
  }

  it('that fails 186 times moves to the dead-letter queue, with the reason', async () => {
    fail(new Error('busy'))
    open([read(withDeadLetters)])
    await pass(1000)
    expect(invoke).toHaveBeenCalledTimes(186)
    expect(send).toHaveBeenCalledExactlyOnceWith('{"at":"2026-01-01T00:00:00Z"}', {
      ...attributes,
      ERROR_CODE: 'AWS.Scheduler.InternalServerError',
      ERROR_MESSAGE: 'busy',
      RETRY_ATTEMPTS: '185',
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
    })
  })

  it('is tried as often as the template says', async () => {
    fail(new Error('busy'))
    open([read({ Target: { ...withDeadLetters.Target, RetryPolicy: { MaximumRetryAttempts: 1 } } })])
    await pass(10)
    expect(invoke).toHaveBeenCalledTimes(2)
    expect(send.mock.calls[0]?.[1]).toMatchObject({ RETRY_ATTEMPTS: '1' })
  })

  it('is given up if its next try would exceed its maximum age, counted from its due time', async () => {
    fail(new Error('busy'))
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const RetryPolicy = { MaximumEventAgeInSeconds: 60 }
    const FlexibleTimeWindow = { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 20 }
    open([read({ FlexibleTimeWindow, Target: { ...withDeadLetters.Target, RetryPolicy } })], [59_000, 2000])
    await pass(600_000)
    expect(invoke).toHaveBeenCalledTimes(1)
    await pass(60_000)
    expect(invoke).toHaveBeenCalledTimes(2)
    const EXHAUSTED_RETRY_CONDITION = 'MaximumEventAgeInSeconds'
    expect(send.mock.calls[0]?.[1]).toMatchObject({ EXHAUSTED_RETRY_CONDITION, RETRY_ATTEMPTS: '1' })
  })

  it('of a missing function is not repeated', async () => {
    fail(new AwsError('ResourceNotFoundException', 'Function not found'))
    open([read(withDeadLetters)])
    await pass(10)
    expect(invoke).toHaveBeenCalledTimes(1)
    expect(send.mock.calls[0]?.[1]).toEqual({
      ...attributes,
      ERROR_CODE: 'ResourceNotFoundException',
      ERROR_MESSAGE: 'Function not found',
      RETRY_ATTEMPTS: '0',
    })
  })

  it('that is given up is logged', async () => {
    fail(new AwsError('ResourceNotFoundException', 'Function not found'))
    open()
    await pass(10)
    const message = 'ResourceNotFoundException Function not found'
    expect(lines.at(-1)).toBe(`Sweep did not run for 2026-01-01T00:00:00Z: ${message}`)
    expect(send).not.toHaveBeenCalled()
  })
})

describe('the page of schedules', () => {
  let url: string
  const run = (logicalId: string, headers = {}) =>
    fetch(`${url}/_local/schedules/${logicalId}`, { method: 'POST', headers })

  beforeEach(async () => {
    vi.setSystemTime('2026-01-01T00:20:00.500Z')
    const scheduler = open([read({ ScheduleExpression: 'cron(0 * * * ? *)' })])
    const gateway = await startGateway({
      port: 0,
      services: [],
      refusal: () => undefined,
      origins: { accepts: () => true },
      log,
      page: (at, request) => schedulesPage(scheduler, at, request),
    })
    closeAfter(gateway.close)
    url = gateway.url
  })

  it('lists them with their next times', async () => {
    const answer = await fetch(`${url}/_local/schedules`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual([
      {
        logicalId: 'Sweep',
        expression: 'cron(0 * * * ? *)',
        zone: 'UTC',
        enabled: true,
        next: '2026-01-01T01:00:00Z',
      },
    ])
  })

  it('runs one on request, and does not change its times', async () => {
    const answer = await run('Sweep')
    expect([answer.status, await answer.json()]).toEqual([202, { scheduledTime: '2026-01-01T00:20:00Z' }])
    await pass(40 * 60 * second)
    expect(times()).toEqual(['2026-01-01T00:20:00Z', '2026-01-01T01:00:00Z'])
    expect(lines[0]).toBe('Sweep runs for 2026-01-01T00:20:00Z, on request')
  })

  it('lists the schedules if the requested one is unknown', async () => {
    const answer = await run('Other')
    expect([answer.status, await answer.json()]).toEqual([
      404,
      { message: 'No such schedule', schedules: ['Sweep'] },
    ])
  })

  it("runs nothing for another site's page, nor for a GET", async () => {
    expect((await run('Sweep', { origin: 'https://example.com' })).status).toBe(403)
    expect((await run('Sweep', { origin: 'null' })).status).toBe(403)
    expect((await fetch(`${url}/_local/schedules/Sweep`)).status).toBe(404)
    await pass(second)
    expect(invoke).not.toHaveBeenCalled()
  })
})

describe('a schedule is refused by name', () => {
  const Target = hourly.Target
  it.each([
    [{ ScheduleExpression: 'at(2026-01-01T00:00:00)' }, 'Sweep.ScheduleExpression is not valid here: only'],
    [{ ScheduleExpression: 'cron(0 25 * * ? *)' }, 'Sweep.ScheduleExpression is not valid here: its hours'],
    [{ ScheduleExpressionTimezone: 'Mars' }, 'Sweep.ScheduleExpression is not valid here: Invalid time zone'],
    [{ KmsKeyArn: 'arn' }, 'Sweep.KmsKeyArn is not modelled by the local cloud'],
    [{ GroupName: 'Nightly' }, 'Sweep.GroupName is not valid here'],
    [{ State: 'enabled' }, 'Sweep.State is not valid here'],
    [{ StartDate: 'soon' }, 'Sweep.StartDate is not valid here'],
    [{ FlexibleTimeWindow: undefined }, 'Sweep.FlexibleTimeWindow is not valid here'],
    [{ FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, 'Sweep.FlexibleTimeWindow.MaximumWindowInMinutes is not'],
    [{ FlexibleTimeWindow: { Mode: 'OFF', MaximumWindowInMinutes: 5 } }, 'Sweep.FlexibleTimeWindow.Maximum'],
    [{ Target: { ...Target, Arn: 'arn:aws:states:::x' } }, 'Sweep.Target.Arn is not valid here'],
    [{ Target: { ...Target, RoleArn: undefined } }, 'Sweep.Target.RoleArn is not valid here'],
    [{ Target: { ...Target, SqsParameters: {} } }, 'Sweep.Target.SqsParameters is not modelled'],
    [{ Target: { ...Target, Input: 'text' } }, 'Sweep.Target.Input is not valid here'],
    [
      { Target: { ...Target, RetryPolicy: { MaximumRetryAttempts: 186 } } },
      'Sweep.Target.RetryPolicy.Maximum',
    ],
    [
      { Target: { ...Target, RetryPolicy: { MaximumEventAgeInSeconds: 59 } } },
      'Sweep.Target.RetryPolicy.Max',
    ],
    [{ Target: { ...Target, DeadLetterConfig: { Name: 'x' } } }, 'Sweep.Target.DeadLetterConfig.Arn is not'],
  ])('if it has %j', (over, message) => {
    expect(() => read(over)).toThrow(message)
  })
})
