import { describe, expect, it } from 'vitest'
import { failureOf } from '../../../commands/aws/sdk-call.ts'
import { createEventBridgeBus } from '../../../projections/publishing/eventbridge-event-bus.ts'
import { awsServer, json } from '../../kit/local-cloud/aws-server.ts'

const entry = (detail: string) => ({
  source: 'annals',
  detailType: 'VoyagePostponed',
  time: '2026-01-01T12:00:00.000Z',
  detail,
})

async function put(answer: Parameters<typeof awsServer>[0], timeoutMs = 5000) {
  const { config, requests } = await awsServer(answer)
  const done = createEventBridgeBus('annals-bus', config).put(
    [entry('{"id":1}'), entry('{"id":2}')],
    timeoutMs,
  )
  return { requests, done }
}

describe('a bus of EventBridge', () => {
  it('sends entries in one request', async () => {
    const { requests, done } = await put(
      json({ FailedEntryCount: 0, Entries: [{ EventId: 'a' }, { EventId: 'b' }] }),
    )
    expect(await done).toEqual([undefined, undefined])
    expect(requests).toMatchObject([{ target: 'AWSEvents.PutEvents' }])
    const common = { EventBusName: 'annals-bus', Source: 'annals', DetailType: 'VoyagePostponed' }
    const Time = Date.parse('2026-01-01T12:00:00.000Z') / 1000
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      Entries: [
        { ...common, Time, Detail: '{"id":1}' },
        { ...common, Time, Detail: '{"id":2}' },
      ],
    })
  })

  it('returns the error of each failed entry', async () => {
    const failed = { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' }
    const { done } = await put(json({ FailedEntryCount: 1, Entries: [failed, { EventId: 'b' }] }))
    expect(await done).toEqual(['ThrottlingException', undefined])
  })

  it('reports an entry without a result as failed', async () => {
    const { done } = await put(json({ FailedEntryCount: 1, Entries: [{ EventId: 'a' }] }))
    expect(await done).toEqual([undefined, 'InternalFailure'])
  })

  it.each([
    ['unknown', 'fails', json({ __type: 'InternalException', message: 'Oops' }, 500)],
    ['unknown', 'is throttled', json({ __type: 'ThrottlingException', message: 'Slow down' }, 400)],
    ['unknown', 'does not answer', () => {}],
    ['definite', 'is forbidden', json({ __type: 'AccessDeniedException', message: 'No' }, 400)],
  ])('reports the outcome as %s if a request %s', async (outcome, _, answer) => {
    const { done } = await put(answer, 100)
    expect(failureOf(await done.catch((error: unknown) => error))).toBe(outcome)
  })
})
