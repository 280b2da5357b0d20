import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { describe, expect, it } from 'vitest'
import { openFunctionLogs } from '../../../../../infra/cli/ops/trace/cloudwatch-function-logs.ts'
import { openLogFile } from '../../../../../infra/local/services/cloudwatch/log-file.ts'
import { openLogs } from '../../../../../infra/local/services/cloudwatch/logs-service.ts'
import { dataDir, serve, withDataDir } from '../../../../kit/local-cloud/local-service.ts'

withDataDir()

const groupOf = (name: string) => ({ name, arn: `arn:aws:logs:eu-west-1:000000000000:log-group:${name}:*` })
const api = 'annals-dev-service-CommandApiLog1A2B3C4D-xYz'
const names = [
  api,
  'annals-dev-data-RegistrationLog1A2B3C4D-xYz',
  'annals-dev-service-service-CommandApiLog1A2B3C4D-xYz',
  'another',
]
const prefixes = { data: 'annals-dev-data-', service: 'annals-dev-service-' }
const always = { from: 0, to: Date.now() + 60_000 }

async function logSide() {
  const logs = openLogs(dataDir, names.map(groupOf))
  const config = await serve(logs.service)
  return { logs, config, functionLogs: openFunctionLogs(config, prefixes) }
}

describe('the log groups of the local cloud', () => {
  it('return the lines of the functions of a stage that contain a phrase', async () => {
    const { logs, functionLogs } = await logSide()
    for (const name of names) logs.append(name, `{"correlationId":"request-1","by":"${name}"}`)
    logs.append(api, '{"correlationId":"request-2"}')
    logs.append('undeclared', 'request-1')
    expect(await functionLogs.find('request-1', always)).toEqual([
      { functionName: 'Registration', at: expect.any(Number), text: expect.stringContaining('request-1') },
      { functionName: 'CommandApi', at: expect.any(Number), text: expect.stringContaining('request-1') },
    ])
  })

  it('return only lines of the period, also after a restart', async () => {
    const { logs } = await logSide()
    logs.append(api, 'now')
    const { functionLogs } = await logSide()
    expect(await functionLogs.find('now', always)).toHaveLength(1)
    expect(await functionLogs.find('now', { from: 0, to: Date.now() - 60_000 })).toEqual([])
  })

  it('return the lines in pages', async () => {
    const { logs, config } = await logSide()
    for (const text of ['one', 'two', 'three']) logs.append(api, text)
    const client = new CloudWatchLogsClient(config)
    const input = { logGroupName: api, limit: 2 }
    const first = await client.send(new FilterLogEventsCommand(input))
    expect(first.events?.map(({ message }) => message)).toEqual(['one', 'two'])
    const rest = await client.send(new FilterLogEventsCommand({ ...input, nextToken: first.nextToken }))
    expect(rest.events?.map(({ message }) => message)).toEqual(['three'])
    expect(rest.nextToken).toBeUndefined()
  })

  it.each([
    [{ logGroupName: 'unknown' }, 'ResourceNotFoundException'],
    [{ logGroupName: api, filterPattern: '{ $.level = "ERROR" }' }, 'InvalidParameterException'],
    [{ logGroupName: api, nextToken: 'x' }, 'InvalidParameterException'],
  ])('refuse %j with %s', async (input, name) => {
    const { config } = await logSide()
    await expect(
      new CloudWatchLogsClient(config).send(new FilterLogEventsCommand(input)),
    ).rejects.toMatchObject({ name })
  })
})

describe('the file of a log', () => {
  it('keeps the last lines in at most twice its size', () => {
    const file = join(dataDir, 'logs', 'one.jsonl')
    const log = openLogFile(file, 200)
    for (let at = 1; at <= 100; at++) log.append({ at, text: 'a line of some length' })
    const lines = log.lines()
    expect(lines.at(-1)?.at).toBe(100)
    expect(lines.length).toBeLessThan(20)
    expect(lines.map(({ at }) => at)).toEqual(lines.map((_, index) => 100 - lines.length + 1 + index))
    expect(statSync(file).size + statSync(`${file}.before`).size).toBeLessThan(500)
  })

  it('skips a line that a kill tore, and drops lines that cannot be written', () => {
    const file = join(dataDir, 'one.jsonl')
    writeFileSync(file, '[1,"whole"]\n[2,"to')
    expect(openLogFile(file, 200).lines()).toEqual([{ at: 1, text: 'whole' }])
    const below = openLogFile(join(file, 'below'), 200)
    below.append({ at: 1, text: 'lost' })
    expect(below.lines()).toEqual([])
  })
})
