import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { eachInParallel, mapInParallel } from '../../../commands/aws/parallel.ts'

/** Numbers from 1, with a flag that shows whether their reader has closed them. */
function numbers(count: number) {
  const source = { taken: 0, isClosed: false }
  async function* generate() {
    try {
      while (source.taken < count) {
        source.taken += 1
        yield source.taken
      }
    } finally {
      source.isClosed = true
    }
  }
  return { source, items: generate() }
}

describe('each in parallel', () => {
  it('calls for every item in order, and never exceeds the maximum in parallel', async () => {
    const { items } = numbers(20)
    const begun: number[] = []
    const atOnce = { now: 0, most: 0 }
    await eachInParallel(items, 3, async (item) => {
      begun.push(item)
      atOnce.now += 1
      atOnce.most = Math.max(atOnce.most, atOnce.now)
      await setImmediate()
      atOnce.now -= 1
    })
    expect(begun).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
    expect(atOnce).toEqual({ now: 0, most: 3 })
  })

  it('takes an item only when its turn comes', async () => {
    const { source, items } = numbers(20)
    const seen: number[] = []
    await eachInParallel(items, 2, async (item) => {
      await setImmediate()
      seen.push(source.taken - item)
    })
    expect(Math.max(...seen)).toBeLessThanOrEqual(2)
  })

  it('after an error takes no further item, waits for the calls that have begun, and throws the first', async () => {
    const { source, items } = numbers(20)
    const ended: number[] = []
    const running = eachInParallel(items, 3, async (item) => {
      if (item === 2) throw new Error('The second failed.')
      for (let turn = 0; turn < 5; turn++) await setImmediate()
      ended.push(item)
      if (item === 3) throw new Error('The third failed.')
    })
    await expect(running).rejects.toThrow('The second failed.')
    expect(ended).toEqual([1, 3])
    expect(source).toEqual({ taken: 3, isClosed: true })
  })

  it('throws the error of items that cannot be read', async () => {
    async function* broken() {
      yield 1
      throw new Error('There is no next page.')
    }
    const seen: number[] = []
    const running = eachInParallel(broken(), 4, async (item) => {
      seen.push(item)
    })
    await expect(running).rejects.toThrow('There is no next page.')
    expect(seen).toEqual([1])
  })
})

describe('map in parallel', () => {
  it('returns the results in the order of the items, whichever finishes first', async () => {
    const turns = [5, 1, 3, 0]
    const results = await mapInParallel(turns, 4, async (count) => {
      for (let turn = 0; turn < count; turn++) await setImmediate()
      return `after ${count}`
    })
    expect(results).toEqual(['after 5', 'after 1', 'after 3', 'after 0'])
  })
})
