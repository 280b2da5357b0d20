import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFaults } from '../../../../../infra/local/faults/faults.ts'
import { AwsError } from '../../../../../infra/local/gateway/aws-service.ts'
import {
  type AsyncInvocations,
  openAsyncInvocations,
} from '../../../../../infra/local/services/lambda/async-invocations.ts'
import type { FunctionDefinition } from '../../../../../infra/local/services/lambda/function-definition.ts'
import type { Invocation } from '../../../../../infra/local/services/lambda/invocation.ts'
import { closeAfter, dataDir, lines, log, withDataDir } from '../../../../kit/local-cloud/local-service.ts'

const arn = 'arn:aws:lambda:eu-west-1:000000000000:function:Welcome'
const failure: Invocation = { payload: null, error: { errorType: 'Error', errorMessage: 'the mail is down' } }
const invoke = vi.fn<(functionArn: string, payload: unknown, requestId?: string) => Promise<Invocation>>()
const onFailure = vi.fn<(record: string) => void>()
let faults = createFaults()

withDataDir()
beforeEach(() => {
  invoke.mockReset().mockResolvedValue({ payload: 'done' })
  onFailure.mockReset()
  faults = createFaults()
})
afterEach(() => void vi.useRealTimers())

/** Opens the data folder as the local cloud does when it starts. */
function open(properties: object = {}, retryDelaysMs: readonly number[] | undefined = [0]): AsyncInvocations {
  const find = (name: string): FunctionDefinition => {
    if (name !== arn) throw new AwsError('ResourceNotFoundException', 'Function not found', 404)
    return {
      logicalId: 'Welcome',
      name: 'Welcome',
      arn,
      folder: '',
      handler: '',
      environment: {},
      timeoutSeconds: 1,
      memoryMb: 128,
      logGroup: '',
      reserved: undefined,
    }
  }
  const invocations = openAsyncInvocations({ dataDir, lambda: { find, invoke }, retryDelaysMs, faults, log })
  invocations.configure(arn, { FunctionName: 'Welcome', Qualifier: '$LATEST', ...properties }, onFailure)
  closeAfter(invocations.close)
  return invocations
}

const ids = () => invoke.mock.calls.map(([, , id]) => id)

describe('an asynchronous invocation', () => {
  it('runs the function once with the event, with or without a restart', async () => {
    const first = open()
    first.invokeAsync(arn, { name: 'ann' })
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledWith(arn, { name: 'ann' }, expect.any(String)))
    await first.close()
    open().invokeAsync(arn, { name: 'bob' })
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledTimes(2))
    expect(invoke.mock.calls[1]?.[1]).toEqual({ name: 'bob' })
  })

  it('that is delivered twice runs the function twice, with the same id', async () => {
    faults.next('duplicate')
    open().invokeAsync(arn, { name: 'ann' })
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledTimes(2))
    expect(new Set(ids()).size).toBe(1)
  })

  it('that is under way delays the close of the local cloud', async () => {
    let done = (_: Invocation) => {}
    invoke.mockReturnValueOnce(new Promise((resolve) => (done = resolve)))
    const first = open()
    first.invokeAsync(arn, { name: 'ann' })
    await vi.waitFor(() => expect(invoke).toHaveBeenCalled())
    const closed = first.close()
    done({ payload: 'done' })
    await closed
    open().invokeAsync(arn, { name: 'bob' })
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledTimes(2))
    expect(invoke.mock.calls[1]?.[1]).toEqual({ name: 'bob' })
  })

  it('of an unknown function is refused', () => {
    const invocations = open()
    expect(() => invocations.invokeAsync(`${arn}2`, {})).toThrow('Function not found')
  })

  it('is repeated under the same request id until the function succeeds', async () => {
    invoke.mockResolvedValueOnce(failure).mockRejectedValueOnce(new Error('there is none'))
    open().invokeAsync(arn, {})
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledTimes(3))
    expect(new Set(ids()).size).toBe(1)
    expect(onFailure).not.toHaveBeenCalled()
  })

  it("that fails three times is sent to the failure destination, in AWS's shape", async () => {
    invoke.mockResolvedValue(failure)
    open().invokeAsync(arn, { name: 'ann' })
    await vi.waitFor(() => expect(onFailure).toHaveBeenCalled())
    expect(invoke).toHaveBeenCalledTimes(3)
    expect(JSON.parse(String(onFailure.mock.calls[0]?.[0]))).toEqual({
      version: '1.0',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      requestContext: {
        requestId: ids()[0],
        functionArn: `${arn}:$LATEST`,
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      requestPayload: { name: 'ann' },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: failure.error,
    })
    expect(lines.at(-1)).toMatch(/failed on event .*: RetriesExhausted/)
  })

  it('is tried as often as the template says', async () => {
    invoke.mockResolvedValue(failure)
    open({ MaximumRetryAttempts: 0 }).invokeAsync(arn, {})
    await vi.waitFor(() => expect(onFailure).toHaveBeenCalled())
    expect(invoke).toHaveBeenCalledTimes(1)
  })

  it('is given up if its next try would exceed its maximum age', async () => {
    invoke.mockResolvedValue(failure)
    open({ MaximumEventAgeInSeconds: 60 }, [61_000]).invokeAsync(arn, {})
    await vi.waitFor(() => expect(onFailure).toHaveBeenCalled())
    expect(JSON.parse(String(onFailure.mock.calls[0]?.[0])).requestContext).toMatchObject({
      condition: 'EventAgeExceeded',
      approximateInvokeCount: 1,
    })
  })

  it('waits one minute and then two by default', async () => {
    vi.useFakeTimers()
    invoke.mockResolvedValue(failure)
    const retries = openAsyncInvocations({
      dataDir,
      faults,
      log,
      lambda: { find: () => ({ arn }) as FunctionDefinition, invoke }, // no other field is read
    })
    closeAfter(retries.close)
    retries.invokeAsync(arn, {})
    const times = []
    for (const ms of [1, 59_900, 100, 119_900, 100]) {
      await vi.advanceTimersByTimeAsync(ms)
      times.push(invoke.mock.calls.length)
    }
    expect(times).toEqual([1, 1, 2, 2, 3])
  })

  it('that was accepted runs after a restart', async () => {
    const first = open()
    await first.close()
    first.invokeAsync(arn, { name: 'ann' })
    expect(invoke).not.toHaveBeenCalled()
    open()
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledWith(arn, { name: 'ann' }, expect.any(String)))
  })

  it('that a restart interrupts keeps its count of attempts', async () => {
    invoke.mockResolvedValue(failure)
    const first = open({}, [0, 100_000])
    first.invokeAsync(arn, {})
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledTimes(2))
    await first.close()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 100_001 })
    open({}, [0, 100_000])
    await vi.waitFor(() => expect(onFailure).toHaveBeenCalled())
    expect(invoke).toHaveBeenCalledTimes(3)
  })

  it('with an unmodelled setting fails the start', () => {
    const invocations = open()
    expect(() => invocations.configure(arn, { OnSuccess: 'arn' })).toThrow('EventInvokeConfig.OnSuccess')
  })
})
