import { describe, expect, it } from 'vitest'
import { openFailedWork } from '../../../../infra/cli/ops/failures/aws-failed-work.ts'
import type { TakenMessage, WorkQueue } from '../../../../infra/cli/ops/failures/failed-work.ts'
import { awsServer, json } from '../../../kit/local-cloud/aws-server.ts'
import { withDataDir } from '../../../kit/local-cloud/local-service.ts'
import { serveStageQueues } from '../../../kit/local-cloud/stage-queues.ts'

withDataDir()

const prefixes = { data: 'annals-dev-data-', service: 'annals-dev-service-' }
/** The queues of the stage `dev`, and those of another next to them. */
async function queueSide() {
  const { failures, config } = await serveStageQueues()
  const work = openFailedWork(config, prefixes)
  const queueNamed = async (name: string): Promise<WorkQueue> => {
    const queue = (await work.queues()).find((one) => one.name === name)
    if (queue === undefined) throw new Error(name)
    return queue
  }
  return { work, failures, queueNamed }
}

describe('the queues of a stage in an account', () => {
  it('are found by its name, with the queues that their messages move to', async () => {
    const { work, failures } = await queueSide()
    failures.send('{}')
    expect(await work.queues()).toMatchObject([
      { name: 'MailFailures', arn: failures.arn, messages: 1, inFlight: 0 },
      { name: 'MailQueue', messages: 0, redrive: { targetArn: failures.arn, maxReceives: 60 } },
    ])
  })

  it('hand out each message once per visit, with its attributes, and have those again that were kept', async () => {
    const { work, failures, queueNamed } = await queueSide()
    for (let number = 1; number <= 25; number++) failures.send(`${number}`, { ERROR_CODE: 'x' })
    const queue = await queueNamed('MailFailures')
    const taken: TakenMessage[] = []
    await work.visit(queue, async (messages) => {
      taken.push(...messages)
      for (const message of messages) if (message.body === '7') await message.delete()
      return true
    })
    expect(taken.map(({ body }) => Number(body))).toEqual(Array.from({ length: 25 }, (_, index) => index + 1))
    expect(taken[0]).toMatchObject({ attributes: { ERROR_CODE: 'x' }, sentAt: expect.any(Number) })
    expect(await queueNamed('MailFailures')).toMatchObject({ messages: 24, inFlight: 0 })
  })

  it('have all messages again if a visit fails or ends early', async () => {
    const { work, failures, queueNamed } = await queueSide()
    for (let number = 1; number <= 12; number++) failures.send(`${number}`)
    const queue = await queueNamed('MailFailures')
    await expect(work.visit(queue, () => Promise.reject(new Error('stopped')))).rejects.toThrow('stopped')
    let visits = 0
    await work.visit(queue, async () => {
      visits += 1
      return false
    })
    expect(visits).toBe(1)
    expect(await queueNamed('MailFailures')).toMatchObject({ messages: 12, inFlight: 0 })
  })
})

describe('a retry', () => {
  it('invokes a function asynchronously', async () => {
    const types: unknown[] = []
    const { config, requests } = await awsServer((response) => {
      types.push(response.req.headers['x-amz-invocation-type'])
      response.writeHead(202).end()
    })
    await openFailedWork(config, prefixes).invoke('arn:aws:lambda:eu-west-1:000000000000:function:F', {
      a: 1,
    })
    expect(requests).toMatchObject([{ body: '{"a":1}' }])
    expect(types).toEqual(['Event'])
  })

  it('accepts that a state machine was started under the same name before', async () => {
    const { config } = await awsServer(
      json({ message: 'there' }, 400, { 'x-amzn-errortype': 'ExecutionAlreadyExists' }),
    )
    await openFailedWork(config, prefixes).start('arn', 'retry-1', '{}')
    const refused = await awsServer(json({ message: 'no' }, 400, { 'x-amzn-errortype': 'InvalidName' }))
    await expect(openFailedWork(refused.config, prefixes).start('arn', ' ', '{}')).rejects.toMatchObject({
      name: 'InvalidName',
    })
  })

  it('finds a function of the service stack', async () => {
    const named = (FunctionName: string) => ({ FunctionName, FunctionArn: `arn:${FunctionName}` })
    const Functions = [
      'annals-dev-service-service-Invoices1A2B3C4D-x',
      'annals-dev-service-Invoices1A2B3C4D-x',
    ]
    const { config } = await awsServer(json({ Functions: Functions.map(named) }))
    const work = openFailedWork(config, prefixes)
    expect(await work.functionArn('Invoices')).toBe('arn:annals-dev-service-Invoices1A2B3C4D-x')
    expect(await work.functionArn('Mail')).toBeUndefined()
  })
})
