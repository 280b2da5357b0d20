import { describe, expect, it } from 'vitest'
import { shardOf } from '../../../projections/engine/counters.ts'

describe('the shard of a stream', () => {
  it('never changes, so an amount is taken back from the counter that it was added to', () => {
    const streams = ['project-1', 'project-2', 'user-7f9c', 'user-ä', 'upload-01J'] as const
    expect(streams.map((stream) => [shardOf(stream, 1), shardOf(stream, 8), shardOf(stream, 13)])).toEqual([
      [0, 0, 0],
      [0, 1, 3],
      [0, 0, 3],
      [0, 3, 4],
      [0, 6, 4],
    ])
  })

  it('spreads streams evenly', () => {
    const counts = new Map<number, number>()
    for (let i = 0; i < 8000; i++) {
      const shard = shardOf(`project-${i}`, 8)
      counts.set(shard, (counts.get(shard) ?? 0) + 1)
    }
    expect([...counts.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})
