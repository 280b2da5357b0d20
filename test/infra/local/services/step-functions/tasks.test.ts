import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createFaults } from '../../../../../infra/local/faults/faults.ts'
import { AwsError } from '../../../../../infra/local/gateway/aws-service.ts'
import type { FunctionDefinition } from '../../../../../infra/local/services/lambda/function-definition.ts'
import type { Invocation } from '../../../../../infra/local/services/lambda/invocation.ts'
import { lambdaTasks } from '../../../../../infra/local/services/step-functions/lambda-tasks.ts'
import type { StateMachine } from '../../../../../infra/local/services/step-functions/template.ts'

const arn = 'arn:aws:lambda:eu-west-1:000000000000:function:F'
const invoke = vi.fn<(functionArn: string, payload: unknown) => Promise<Invocation>>()
const refusalOfRole = vi.fn<() => string | undefined>()
const use = vi.fn()
let faults = createFaults()
beforeEach(() => {
  invoke.mockReset().mockResolvedValue({ payload: { id: 7 } })
  refusalOfRole.mockReset()
  use.mockReset()
  faults = createFaults()
})

function run(functionName = 'F', payload: unknown = { a: 1 }): Promise<unknown> {
  const find = (name: string) => {
    if (name !== 'F' && name !== arn)
      throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404)
    return { arn, name: 'F' } as FunctionDefinition // no other field is read
  }
  const lambda = { find, invoke: (to: string, given: unknown) => invoke(to, given) }
  const machine = { roleArn: 'role', name: 'Machine' } as StateMachine // no other field is read
  return lambdaTasks({ lambda, permissions: { refusalOfRole, use }, faults })(machine, functionName, payload)
}
const failing = (errorType: string, errorMessage = 'why') =>
  invoke.mockResolvedValue({ payload: null, error: { errorType, errorMessage } })

describe("a task's function", () => {
  it.each(['F', arn])("is called by %s, with the role's permission", async (name) => {
    expect(await run(name)).toEqual({ id: 7 })
    expect(invoke).toHaveBeenCalledExactlyOnceWith(arn, { a: 1 })
    const permission = { action: 'lambda:InvokeFunction', resource: arn }
    expect(refusalOfRole).toHaveBeenCalledExactlyOnceWith('role', 'Machine', permission)
    expect(use).toHaveBeenCalledExactlyOnceWith({ roleArn: 'role' }, permission)
  })

  it('gets an empty object if it is passed null', async () => {
    await run('F', null)
    expect(invoke.mock.calls[0]?.[1]).toEqual({})
  })

  it.each([
    'NoRoom',
    'Sandbox.Timedout',
    'Runtime.ExitError',
  ])('that fails with %s fails the task with it', async (type) => {
    failing(type)
    const cause = JSON.stringify({ errorType: type, errorMessage: 'why' })
    await expect(run()).rejects.toMatchObject({ error: type, cause })
  })

  it('that fails without a name fails the task with Lambda.Unknown', async () => {
    failing('')
    await expect(run()).rejects.toMatchObject({ error: 'Lambda.Unknown' })
  })

  it('that does not exist fails the task', async () => {
    await expect(run('G')).rejects.toMatchObject({
      error: 'Lambda.ResourceNotFoundException',
      cause: expect.stringMatching(/^Function not found: G \(Service: Lambda, Status Code: 404/),
    })
  })

  it('that the role may not call fails the task, and is not called', async () => {
    refusalOfRole.mockReturnValue('User: role is not authorized')
    await expect(run()).rejects.toMatchObject({
      error: 'Lambda.AWSLambdaException',
      cause: expect.stringMatching(/^User: role is not authorized \(Service: Lambda, Status Code: 403/),
    })
    expect(invoke).not.toHaveBeenCalled()
    expect(use).not.toHaveBeenCalled()
  })
})

describe('a faulty call', () => {
  it.each([
    ['throttle', 'Lambda.TooManyRequestsException', 0],
    ['fail', 'Lambda.ServiceException', 0],
    ['fail-after', 'Lambda.ServiceException', 1],
    ['lose-answer', 'Lambda.SdkClientException', 1],
  ] as const)('with the fault %s fails the task with %s after %i calls', async (fault, error, calls) => {
    faults.next(fault, { at: /^task F$/ })
    await expect(run()).rejects.toMatchObject({ error })
    expect(invoke).toHaveBeenCalledTimes(calls)
    expect(await run()).toEqual({ id: 7 })
  })

  it('that is duplicated runs the function twice, and returns its last answer', async () => {
    faults.next('duplicate', { at: /^task F$/ })
    invoke.mockResolvedValueOnce({ payload: 'first' })
    expect(await run()).toEqual({ id: 7 })
    expect(invoke).toHaveBeenCalledTimes(2)
  })
})
