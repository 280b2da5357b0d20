import { describe, expect, it } from 'vitest'
import { deadlineIn } from '../../../commands/aws/system-clock.ts'
import { deadlineWithin, whileTimeLasts } from '../../../commands/aws/time-left.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'

const withLeft = (milliseconds: number) => ({ getRemainingTimeInMillis: () => milliseconds })

describe('a deadline within the time of a function', () => {
  it.each([
    ['the reserve before the function ends', 10_000, { reserveMs: 1000 }, 9000],
    ['the maximum from now, if that is earlier', 10_000, { reserveMs: 1000, maxMs: 4000 }, 4000],
    [
      'the reserve before the function ends, if the maximum is later',
      3000,
      { reserveMs: 1000, maxMs: 4000 },
      2000,
    ],
  ])('is %s', (_, left, budget, expected) => {
    expect(deadlineWithin(withLeft(left), budget, manualClock()).left()).toBe(expected)
  })

  it('is in whole milliseconds, which a timer needs', () => {
    const { left } = deadlineIn(1000.7, { ...manualClock(), elapsed: () => 0.4 })
    expect(left()).toBe(1000)
    expect(AbortSignal.timeout(left()).aborted).toBe(false)
  })
})

describe('items while time lasts', () => {
  async function take(lefts: readonly number[]) {
    const pending = [...lefts]
    const context = { getRemainingTimeInMillis: () => pending.shift() ?? 0 }
    const closed: string[] = []
    async function* letters() {
      try {
        yield* ['a', 'b', 'c']
      } finally {
        closed.push('closed')
      }
    }
    const taken: string[] = []
    let timeUp = 0
    for await (const letter of whileTimeLasts(letters(), context, { reserveMs: 100 }, () => {
      timeUp += 1
    }))
      taken.push(letter)
    return { taken, timeUp, closed }
  }

  it('are all of them if the time suffices', async () => {
    expect(await take([300, 200, 101])).toEqual({ taken: ['a', 'b', 'c'], timeUp: 0, closed: ['closed'] })
  })

  it('stop once only the reserve is left, and report that', async () => {
    expect(await take([300, 100])).toEqual({ taken: ['a'], timeUp: 1, closed: ['closed'] })
  })
})
