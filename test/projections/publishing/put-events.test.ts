import { describe, expect, it } from 'vitest'
import type { BusEntry, EventBus } from '../../../projections/publishing/event-bus.ts'
import { putEvents } from '../../../projections/publishing/put-events.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'

type Answer = (entries: readonly BusEntry[]) => readonly (string | undefined)[]

const items = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    entry: { source: 'annals', detailType: 'T', time: '2026-01-01T00:00:00.000Z', detail: `${index}` },
  }))
const allTaken: Answer = (entries) => entries.map(() => undefined)

/** A bus that gives these answers in turn and then accepts everything. A request takes 100 ms. */
async function send(count: number, answers: Answer[], { deadlineMs = 10_000 } = {}) {
  const clock = manualClock()
  const requests: string[][] = []
  const bus: EventBus = {
    async put(entries) {
      requests.push(entries.map(({ detail }) => detail))
      const answer = answers.shift() ?? allTaken
      await clock.sleep(100)
      return answer(entries)
    },
  }
  const deadline = { left: () => deadlineMs - clock.elapsed() }
  const unsent = await putEvents(items(count), { bus, clock, deadline })
  return { requests, unsent: [...unsent].map(([{ entry }, why]) => [entry.detail, why]), clock }
}

const awsError = (name: string, $fault: 'client' | 'server', httpStatusCode: number) =>
  Object.assign(new Error('no'), { name, $fault, $metadata: { httpStatusCode } })

describe('sending entries', () => {
  it('needs the minimum number of requests that AWS allows', async () => {
    const { requests, unsent } = await send(21, [])
    expect(requests.map((details) => details.length)).toEqual([10, 10, 1])
    expect(unsent).toEqual([])
  })

  it('repeats only the entries that failed, packed again', async () => {
    const { requests, unsent } = await send(12, [
      (entries) => entries.map((_, index) => (index % 5 === 0 ? 'ThrottlingException' : undefined)),
      (entries) => entries.map((_, index) => (index === 1 ? 'InternalFailure' : undefined)),
      () => ['InternalFailure', undefined, undefined],
    ])
    expect(requests.slice(2)).toEqual([['0', '5', '11'], ['0']])
    expect(unsent).toEqual([])
  })

  it('sends each entry alone if the bus refuses a request for its content, and rejects the faulty one', async () => {
    const refuse: Answer = () => {
      throw awsError('ValidationException', 'client', 400)
    }
    const { requests, unsent } = await send(3, [refuse, allTaken, refuse])
    expect(requests).toEqual([['0', '1', '2'], ['0'], ['1'], ['2']])
    expect(unsent).toEqual([['1', { outcome: 'rejected', error: 'ValidationException: no' }]])
  })

  it('waits before a retry', async () => {
    const { clock } = await send(1, [() => ['ThrottlingException'], () => ['ThrottlingException']])
    // Half of 40 ms and half of 80 ms, plus three requests.
    expect(clock.elapsed()).toBe(300 + 20 + 40)
  })

  it.each([
    ['is lost', new Error('socket hang up')],
    ['meets a 500', awsError('InternalException', 'server', 500)],
    ['is throttled', awsError('ThrottlingException', 'client', 400)],
  ])('repeats a request that %s', async (_, error) => {
    const { requests, unsent } = await send(2, [
      () => {
        throw error
      },
    ])
    expect(requests).toEqual([
      ['0', '1'],
      ['0', '1'],
    ])
    expect(unsent).toEqual([])
  })

  it('does not repeat a forbidden request', async () => {
    const { requests, unsent } = await send(1, [
      () => {
        throw awsError('AccessDeniedException', 'client', 403)
      },
    ])
    expect(requests).toHaveLength(1)
    expect(unsent).toEqual([['0', { outcome: 'failed', error: 'AccessDeniedException: no' }]])
  })

  it.each([
    ['InvalidArgument', 'rejected'],
    ['MalformedDetail', 'rejected'],
    ['NotAuthorizedForSourceException', 'failed'],
    ['AccessDeniedException', 'failed'],
  ])('does not repeat an entry that failed by %s: it is %s', async (code, outcome) => {
    const { requests, unsent } = await send(2, [() => [code, undefined]])
    expect(requests).toHaveLength(1)
    expect(unsent).toEqual([['0', { outcome, error: code }]])
  })

  it('stops at the deadline, and returns the rest', async () => {
    const throttled: Answer = (entries) => entries.map(() => 'ThrottlingException')
    const { unsent, clock } = await send(1, Array(50).fill(throttled), { deadlineMs: 1000 })
    expect(unsent).toEqual([['0', { outcome: 'failed', error: 'ThrottlingException' }]])
    expect(clock.elapsed()).toBeLessThanOrEqual(1100)
  })

  it('starts no request without time', async () => {
    const { requests, unsent } = await send(1, [], { deadlineMs: 0 })
    expect(requests).toEqual([])
    expect(unsent).toEqual([
      ['0', { outcome: 'failed', error: 'The time ran out before the event was sent.' }],
    ])
  })
})
