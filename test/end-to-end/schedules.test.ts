import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { fieldsOf } from '../../infra/local/index.ts'
import { declaredOf } from '../kit/local-cloud/declared-resources.ts'
import { type RunningCloud, runLocalCloud } from '../kit/local-cloud/local-cloud.ts'
import { queueReader } from '../kit/local-cloud/queue-reader.ts'
import { runsOf } from '../kit/local-cloud/redelivery.ts'

let running: RunningCloud
let queues: ReturnType<typeof queueReader>
const soon = { timeout: 15_000, interval: 20 }

beforeAll(async () => {
  running = await runLocalCloud({ retryDelaysMs: [10] })
  queues = queueReader(running)
})
afterAll(() => running.close())

/** The schedules of the template, with the names of their functions and dead-letter queues. */
const schedules = declaredOf('AWS::Scheduler::Schedule').map(({ logicalId, Properties }) => {
  const target = fieldsOf(Properties['Target'])
  const nameOf = (arn: unknown) => String(arn).replace(/(:live|\.Arn)$/, '')
  return {
    logicalId,
    function: nameOf(target['Arn']),
    queue: nameOf(fieldsOf(target['DeadLetterConfig'])['Arn']),
  }
})

async function run(logicalId: string): Promise<void> {
  const { status } = await fetch(`${running.cloud.awsUrl}/_local/schedules/${logicalId}`, { method: 'POST' })
  expect(status).toBe(202)
}

describe('a schedule', () => {
  it('is declared', () => {
    expect(schedules.length).toBeGreaterThan(0)
  })

  it.each(schedules)('runs $function', async ({ logicalId, function: name }) => {
    await run(logicalId)
    const done = new RegExp(`^${name}[0-9A-F]{8} .*"level":"INFO"`)
    await vi.waitFor(() => expect(running.lines).toContainEqual(expect.stringMatching(done)), soon)
  })

  it.each(schedules)('keeps a run at which $function died in each try', async ({
    logicalId,
    function: name,
    queue,
  }) => {
    running.cloud.faults.next('kill', { at: runsOf(name), times: 3 })
    await run(logicalId)
    await queues.untilHolds(queue, 1)
    const [record = ''] = await queues.take(queue)
    expect(JSON.parse(record)).toMatchObject({ requestContext: { condition: 'RetriesExhausted' } })
  })
})

describe('a schedule that cannot hand on a run', () => {
  it.each(schedules)('keeps the run for $function', async ({ logicalId, queue }) => {
    // Nothing can be written there.
    const file = join(running.dataDir, 'async-invocations.jsonl')
    rmSync(file, { force: true })
    mkdirSync(file)
    try {
      await run(logicalId)
      await queues.untilHolds(queue, 1)
      expect(await queues.take(queue)).toEqual([expect.stringContaining('Scheduled Event')])
    } finally {
      rmSync(file, { recursive: true })
    }
  })
})
