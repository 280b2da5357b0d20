import { describe, expect, it } from 'vitest'
import { createPace } from '../../workflows/reactions/pace.ts'
import { Postponed } from '../../workflows/reactions/postponed.ts'
import {
  type EventHandler,
  gaveUp,
  postponedAttribute,
  reactionQueueHandler,
} from '../../workflows/reactions/reaction-queue.ts'
import { virtualClock } from '../kit/clocks/virtual-clock.ts'
import { memoryQueue } from '../kit/memory/memory-queue.ts'

const minute = 60_000
const timeoutMs = minute
const maxReceives = 60
const forever = new AbortController().signal

interface Provider {
  /** Mails a second that it accepts. */
  readonly perSecond?: number
  /** It refuses every mail until this time, in virtual time since the start. */
  readonly refusesUntil?: number
  /** Mails a second that the environments send at most; as many as they can, by default. */
  readonly pacePerSecond?: number
}

/** A queue of mail, two environments that send it, and a provider, all in virtual time. */
function mailSide({ perSecond = Number.POSITIVE_INFINITY, refusesUntil = 0, pacePerSecond }: Provider = {}) {
  const virtual = virtualClock()
  const start = virtual.now()
  const clock = {
    now: virtual.now,
    elapsed: () => virtual.now() - start,
    sleep: (ms: number) => virtual.sleep(ms, forever),
  }
  const queue = memoryQueue({ clock, visibilityMs: 6 * timeoutMs, maxReceives, batchSize: 5 })
  const sent = new Map<string, number>()
  const lines: { message: unknown; extra: unknown }[] = []
  let second = 0
  let inSecond = 0

  const send: EventHandler = async (event) => {
    await clock.sleep(100)
    if (clock.elapsed() < refusesUntil) throw new Error('Refused')
    const now = Math.floor(clock.now() / 1000)
    inSecond = now === second ? inSecond + 1 : 1
    second = now
    if (inSecond > perSecond) throw new Postponed('Too many requests')
    const { id } = Object(Object(event).detail)
    sent.set(id, (sent.get(id) ?? 0) + 1)
  }

  const log = (message: unknown, ...[extra]: unknown[]) => void lines.push({ message, extra })
  const environments = [1, 2].map(() =>
    reactionQueueHandler(send, {
      postpone: async ({ body }, delaySeconds, times) =>
        queue.send(body, delaySeconds * 1000, { [postponedAttribute]: times }),
      pace: createPace(pacePerSecond === undefined ? 0 : 2000 / pacePerSecond, clock),
      random: () => 0.5,
      maxReceives,
      logger: { info: log, error: log },
    }),
  )
  return {
    queue,
    sent,
    clock,
    lines: () => lines.map(({ message }) => message),
    publish(mails: number) {
      for (let index = 0; index < mails; index++)
        queue.send(JSON.stringify({ detail: { id: `mail-${index}` } }))
    },
    /** Runs both environments until the queue is empty. */
    async run() {
      await Promise.all(
        environments.map((handler) =>
          queue.deliver((event) => {
            const started = clock.now()
            return handler(event, {
              awsRequestId: 'request',
              getRemainingTimeInMillis: () => timeoutMs - (clock.now() - started),
            })
          }),
        ),
      )
    },
  }
}

describe('a provider that refuses for two hours', () => {
  it('delays every mail, and loses and repeats none', async () => {
    const { queue, sent, publish, run, clock } = mailSide({ refusesUntil: 120 * minute })
    publish(50)
    await run()
    expect([...sent.values()]).toEqual(Array(50).fill(1))
    expect(queue.dead).toEqual([])
    expect(clock.elapsed()).toBeLessThan(127 * minute)
  })

  it('for six hours has the events moved aside, each with a line that names it', async () => {
    const { queue, sent, publish, run, lines } = mailSide({ refusesUntil: 24 * 60 * minute })
    publish(3)
    await run()
    expect(sent.size).toBe(0)
    expect(queue.dead).toHaveLength(3)
    expect(lines().filter((message) => message === gaveUp)).toHaveLength(3)
  })
})

describe('a burst of 50,000 mails', () => {
  it('is sent at the rate of the provider, hardly ever throttled', { timeout: 120_000 }, async () => {
    const { queue, sent, publish, run, clock, lines } = mailSide({ perSecond: 14, pacePerSecond: 14 })
    publish(50_000)
    await run()
    expect(sent.size).toBe(50_000)
    expect(new Set(sent.values())).toEqual(new Set([1]))
    expect(queue.dead).toEqual([])
    // 50,000 / 14 s is an hour.
    expect(clock.elapsed()).toBeLessThan(75 * minute)
    expect(lines().length).toBeLessThan(2500)
  })

  it('that exceeds the rate uses up no receive', async () => {
    const { queue, sent, publish, run } = mailSide({ perSecond: 1 })
    publish(500)
    await run()
    expect([...sent.values()]).toEqual(Array(500).fill(1))
    expect(queue.dead).toEqual([])
    expect(queue.mostReceives()).toBe(1)
  })
})

describe('a batch', () => {
  it('whose time is up leaves the rest to another invocation', async () => {
    const { publish, run, sent, clock, queue } = mailSide({ pacePerSecond: 0.1 })
    publish(5)
    await run()
    expect([...sent.values()]).toEqual(Array(5).fill(1))
    expect(queue.mostReceives()).toBe(1)
    expect(clock.elapsed()).toBeGreaterThan(40_000)
  })

  it('reports a message that cannot be read, and handles the rest', async () => {
    const { queue, publish, run, sent } = mailSide()
    queue.send('no JSON')
    publish(1)
    await run()
    expect(sent.get('mail-0')).toBe(1)
  })
})
