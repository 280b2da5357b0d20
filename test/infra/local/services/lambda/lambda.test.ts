import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFaults } from '../../../../../infra/local/faults/faults.ts'
import type { FunctionDefinition } from '../../../../../infra/local/services/lambda/function-definition.ts'
import { type Lambda, startLambda } from '../../../../../infra/local/services/lambda/service.ts'
import { readFunction } from '../../../../../infra/local/services/lambda/template.ts'
import { freePort } from '../../../../kit/local-cloud/free-port.ts'

const arn = 'arn:aws:lambda:eu-west-1:000000000000:function:Greeter'
let folder: string
let lambda: Lambda
let faults = createFaults()
/** The events that calls of the type `Event` left. */
const left: unknown[][] = []
/** The lines that were kept in log groups. */
const kept: [logGroup: string, line: string][] = []
const keepLine = (...line: [string, string]) => void kept.push(line)
const invokeAsync = (...event: unknown[]) => void left.push(event)
let log: ReturnType<typeof vi.fn<(source: string, message: string) => void>>

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'annals-lambda-'))
  log = vi.fn()
  faults = createFaults()
  left.length = 0
  lambda = await startLambda({
    region: 'eu-west-1',
    endpoint: 'http://127.0.0.1:4566',
    faults,
    invokeAsync,
    keepLine,
    log,
  })
})

afterEach(async () => {
  await lambda.close()
  rmSync(folder, { recursive: true })
})

/** Defines a function whose module has this code. */
function define(code: string, over: Partial<FunctionDefinition> = {}): void {
  writeFileSync(join(folder, 'index.mjs'), code)
  lambda.define({
    logicalId: 'Greeter',
    arn,
    name: 'Greeter',
    folder,
    handler: 'index.handler',
    environment: {},
    timeoutSeconds: 10,
    memoryMb: 128,
    logGroup: 'Greeter-Logs',
    reserved: undefined,
    ...over,
  })
}

describe('a function', () => {
  it('answers an event', async () => {
    define('export const handler = async ({ name }) => ({ greeting: "Hello, " + name })')
    expect(await lambda.invoke(arn, { name: 'ann' })).toEqual({ payload: { greeting: 'Hello, ann' } })
  })

  it('answers null if it returns nothing', async () => {
    define('export async function handler() {}')
    expect(await lambda.invoke(arn, {})).toEqual({ payload: null })
  })

  it('has the variables of the template and of Lambda, and none of this process', async () => {
    process.env['ANNALS_SECRET'] = 'not for functions'
    define('export const handler = async () => process.env', { environment: { TABLE: 'Events' } })
    const { payload } = await lambda.invoke(arn, {})
    delete process.env['ANNALS_SECRET']
    expect(payload).toMatchObject({
      TABLE: 'Events',
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_ACCESS_KEY_ID: 'Greeter',
      AWS_LAMBDA_FUNCTION_NAME: 'Greeter',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      _HANDLER: 'index.handler',
    })
    expect(payload).not.toHaveProperty('ANNALS_SECRET')
  })

  it('gets a context with its request id, its ARN and its remaining time', async () => {
    define(`export const handler = async (_, context) =>
      ({ ...context, left: context.getRemainingTimeInMillis() })`)
    const { payload } = await lambda.invoke(arn, {})
    expect(payload).toMatchObject({
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      invokedFunctionArn: arn,
      functionName: 'Greeter',
    })
    const { left } = payload as { left: number } // the handler above answers this shape
    expect(left).toBeGreaterThan(5_000)
    expect(left).toBeLessThanOrEqual(10_000)
  })

  it('keeps its process between events', async () => {
    define('let count = 0; export const handler = async () => ++count')
    await lambda.invoke(arn, {})
    expect(await lambda.invoke(arn, {})).toEqual({ payload: 2 })
  })

  it('handles one event at a time per process, and three events in three processes', async () => {
    define(`import { setTimeout } from 'node:timers/promises'
      let busy = 0
      export const handler = async () => {
        const before = busy++
        await setTimeout(30)
        busy--
        return [process.pid, before]
      }`)
    const all = await Promise.all(Array.from({ length: 9 }, () => lambda.invoke(arn, {})))
    const answers = all.map(({ payload }) => payload as [number, number]) // the handler above answers this shape
    expect(answers.map(([, before]) => before)).toEqual(Array(9).fill(0))
    expect(new Set(answers.map(([pid]) => pid)).size).toBe(3)
  })

  it('never exceeds its reserved number of processes', async () => {
    define('export const handler = async () => process.pid', { reserved: 1 })
    const all = await Promise.all(Array.from({ length: 4 }, () => lambda.invoke(arn, {})))
    expect(new Set(all.map(({ payload }) => payload)).size).toBe(1)
  })

  it('accepts an event of an asynchronous call, which runs later', async () => {
    define('export const handler = async () => 1')
    const call = {
      operation: 'Invoke',
      path: '/2015-03-31/functions/Greeter/invocations',
      body: Buffer.from('{"name":"ann"}'),
      headers: { 'x-amz-invocation-type': 'Event' },
    }
    expect(await lambda.service.handle(call)).toEqual({ status: 202, body: '' })
    expect(left).toEqual([[arn, { name: 'ann' }]])
  })

  it('writes its output to the log under its name, and to its log group', async () => {
    kept.length = 0
    define(`export const handler = async () => { console.log('one'); console.error('two') }`, {
      logGroup: 'Annals-GreeterLog',
    })
    await lambda.invoke(arn, {})
    await vi.waitFor(() => {
      expect(log).toHaveBeenCalledWith('Greeter', 'one')
      expect(log).toHaveBeenCalledWith('Greeter', 'two')
      expect(kept.toSorted()).toEqual([
        ['Annals-GreeterLog', 'one'],
        ['Annals-GreeterLog', 'two'],
      ])
    })
  })
})

describe('a function that is called again immediately after its answer', () => {
  it.each([
    ['answers', 'export const handler = async () => process.pid'],
    ['fails', 'export const handler = async () => { throw new Error(String(process.pid)) }'],
  ])('needs only one process if it %s, because that process is about to be free', async (_, code) => {
    define(code)
    const processes = new Set<unknown>()
    for (let i = 0; i < 20; i++) {
      const { payload, error } = await lambda.invoke(arn, {})
      processes.add(payload ?? error?.errorMessage)
    }
    expect(processes.size).toBe(1)
  })
})

describe('a function that fails', () => {
  it.each([
    [
      'throws',
      `export const handler = async () => { throw new RangeError('too far') }`,
      { errorType: 'RangeError', errorMessage: 'too far' },
    ],
    [
      'throws a value that is not an error',
      `export const handler = async () => { throw 'a text' }`,
      { errorType: 'string', errorMessage: 'a text' },
    ],
    [
      'exits',
      'export const handler = async () => process.exit(3)',
      { errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited: exit status 3' },
    ],
    [
      'cannot be loaded',
      `throw new Error('the variable TABLE is not set')`,
      { errorType: 'Error', errorMessage: 'the variable TABLE is not set' },
    ],
    [
      'exports no handler',
      'export const handle = 1',
      { errorType: 'Error', errorMessage: 'index exports no function named handler' },
    ],
    [
      'answers more than 6 MB',
      `export const handler = async () => 'x'.repeat(7_000_000)`,
      { errorType: 'Function.ResponseSizeTooLarge' },
    ],
  ])('because it %s reports the reason', async (_, code, error) => {
    define(code)
    expect((await lambda.invoke(arn, {})).error).toMatchObject(error)
  })

  it('by timeout is stopped, and starts again for the next event', async () => {
    define('export const handler = async ({ spin }) => { while (spin); return process.pid }', {
      timeoutSeconds: 0.2,
    })
    const slow = await lambda.invoke(arn, { spin: true })
    const next = await lambda.invoke(arn, {})
    expect(slow.error).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'Task timed out after 0.20 seconds',
    })
    expect(next).toEqual({ payload: expect.any(Number) })
  })

  it('because it was killed is an error, and starts again for the next event', async () => {
    define('export const handler = async () => new Promise((done) => setTimeout(done, 200, process.pid))')
    faults.next('kill', { at: /^run Greeter$/ })
    expect(await lambda.invoke(arn, {})).toEqual({
      payload: null,
      error: { errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited: SIGKILL' },
    })
    expect(await lambda.invoke(arn, {})).toEqual({ payload: expect.any(Number) })
  })

  it('by an error handles the next event', async () => {
    define(`export const handler = async ({ bad }) => { if (bad) throw new Error('bad'); return 'good' }`)
    await lambda.invoke(arn, { bad: true })
    expect(await lambda.invoke(arn, {})).toEqual({ payload: 'good' })
  })

  it('because it is unknown rejects', async () => {
    await expect(lambda.invoke(`${arn}2`, {})).rejects.toThrow('There is no function')
  })
})

describe('a function with a debugger', () => {
  it('listens for the debugger at its port, in one process, without a timeout', async () => {
    await lambda.close()
    const inspectPort = await freePort()
    lambda = await startLambda({
      region: 'eu-west-1',
      endpoint: '',
      faults,
      invokeAsync,
      keepLine,
      inspectPort,
      log,
    })
    define('export const handler = () => new Promise((done) => setTimeout(done, 300, process.pid))', {
      timeoutSeconds: 0.1,
    })
    const answers = await Promise.all([lambda.invoke(arn, {}), lambda.invoke(arn, {})])
    expect(answers).toEqual([{ payload: expect.any(Number) }, answers[0]])
    const found = await fetch(`http://127.0.0.1:${inspectPort}/json`)
    expect(await found.json()).toMatchObject([{ type: 'node', title: expect.stringContaining('bootstrap') }])
  })
})

describe('a replaced function', () => {
  it('answers with its new code from then on, and finishes started events with the old code', async () => {
    define(`import { setTimeout } from 'node:timers/promises'
      export const handler = async ({ ms }) => { console.log('begun'); await setTimeout(ms); return 'old' }`)
    const underWay = lambda.invoke(arn, { ms: 200 })
    await vi.waitFor(() => expect(log).toHaveBeenCalledWith('Greeter', 'begun'))
    define(`export const handler = async () => 'new'`)
    expect(await lambda.invoke(arn, { ms: 0 })).toEqual({ payload: 'new' })
    expect(await underWay).toEqual({ payload: 'old' })
    expect(await Promise.all([1, 2, 3].map(() => lambda.invoke(arn, {})))).toEqual(
      Array(3).fill({ payload: 'new' }),
    )
  })
})

describe('closing', () => {
  it('ends every process and answers events under way with an error', async () => {
    define(`export const handler = async ({ wait }) => { if (wait) await new Promise(() => setInterval(() => {}, 1000)); return process.pid }`)
    const { payload: pid } = await lambda.invoke(arn, {})
    const pending = lambda.invoke(arn, { wait: true })
    await lambda.close()
    expect((await pending).error).toBeDefined()
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH')
    expect((await lambda.invoke(arn, {})).error).toMatchObject({ errorType: 'LocalCloud.Closing' })
  })
})

describe("a template's function", () => {
  const properties = {
    Code: { S3Bucket: 'assets', S3Key: 'abc.zip' },
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Environment: { Variables: { TABLE: 'Events' } },
    LoggingConfig: { LogGroup: 'Logs' },
    Timeout: 15,
  }
  const read = (over: Record<string, unknown> = {}) =>
    readFunction({
      logicalId: 'Greeter',
      name: 'Greeter',
      arn,
      properties: { ...properties, ...over },
      assetFolder: (key) => `cdk.out/${key}`,
    })

  it("is read with CloudFormation's defaults", () => {
    expect(read()).toMatchObject({
      folder: 'cdk.out/abc.zip',
      handler: 'index.handler',
      environment: { TABLE: 'Events' },
      timeoutSeconds: 15,
      memoryMb: 128,
      logGroup: 'Logs',
    })
    expect(read({ Timeout: undefined })).toMatchObject({ timeoutSeconds: 3 })
  })

  it.each([
    ['VpcConfig', { VpcConfig: {} }],
    ['Runtime', { Runtime: 'python3.13' }],
    ['Code', { Code: { ZipFile: 'code' } }],
  ])('is refused because of its %s', (name, over) => {
    expect(() => read(over)).toThrow(`Greeter.${name} is not modelled`)
  })
})
