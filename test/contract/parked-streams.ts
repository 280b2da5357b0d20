import { describe, expect, it } from 'vitest'
import type { StreamName } from '../../domain/kernel/stream.ts'
import type { ParkedIndex } from '../../projections/engine/parked-index.ts'
import { type Mark, markKey, type ParkedStreams } from '../../projections/publishing/parked-streams.ts'

/** The tests that every store of parked streams must pass. `open` is called once per test. */
export function parkedStreamsContract(name: string, open: () => ParkedStreams & ParkedIndex): void {
  let made = 0
  const setUp = () => {
    made += 1
    const parked = open()
    const stream: StreamName = `voyage-${process.pid}x${Date.now()}x${made}`
    const markOf = async () => (await parked.read([stream])).marks.get(stream)
    return { parked, stream, markOf }
  }
  const mark = (version: number, at = '2026-01-01T00:00:00.000Z'): Mark => ({
    version,
    error: 'Unknown event type "Ö".',
    at,
  })

  describe(`parked streams on ${name}`, () => {
    it('have no mark if nothing was parked', async () => {
      const { parked, stream } = setUp()
      expect((await parked.read([stream])).marks.size).toBe(0)
      expect((await parked.read([])).marks.size).toBe(0)
    })

    it('set a mark, move it and remove it', async () => {
      const { parked, stream, markOf } = setUp()
      expect((await parked.move(stream, undefined, mark(5))).outcome).toBe('moved')
      expect(await markOf()).toEqual(mark(5))
      expect((await parked.move(stream, mark(5), mark(8))).outcome).toBe('moved')
      expect(await markOf()).toEqual(mark(8))
      expect((await parked.move(stream, mark(8), undefined)).outcome).toBe('moved')
      expect(await markOf()).toBeUndefined()
    })

    it.each([
      ['no mark', undefined],
      ['a mark of an older event', mark(4)],
      ['a mark of a newer event', mark(6)],
      ['the mark before its last retry', mark(5, '2025-12-31T23:59:59.999Z')],
    ])('leave a mark unchanged for a caller who read %s', async (_, from) => {
      const { parked, stream, markOf } = setUp()
      await parked.move(stream, undefined, mark(5))
      expect((await parked.move(stream, from, mark(9))).outcome).toBe('again')
      if (from !== undefined) expect((await parked.move(stream, from, undefined)).outcome).toBe('again')
      expect(await markOf()).toEqual(mark(5))
    })

    it('do not set a removed mark again', async () => {
      const { parked, stream, markOf } = setUp()
      expect((await parked.move(stream, mark(5), mark(6))).outcome).toBe('again')
      expect((await parked.move(stream, mark(5), undefined)).outcome).toBe('again')
      expect(await markOf()).toBeUndefined()
    })

    it('list a stream as long as it has a mark', async () => {
      const { parked, stream } = setUp()
      const listed = async () => (await parked.parkedKeys()).keys.filter(({ PK }) => PK.includes(stream))
      await parked.move(stream, undefined, mark(5))
      await parked.move(`${stream}-b`, undefined, mark(5))
      expect(await listed()).toEqual([markKey(stream), markKey(`${stream}-b`)])
      await parked.move(stream, mark(5), mark(8))
      expect(await listed()).toHaveLength(2)
      await parked.move(stream, mark(8), undefined)
      expect(await listed()).toEqual([markKey(`${stream}-b`)])
    })

    it('read the marks of any number of streams, a hundred per request', async () => {
      const { parked, stream } = setUp()
      const streams = Array.from({ length: 101 }, (_, index): StreamName => `${stream}-${index}`)
      for (const index of [0, 100]) await parked.move(`${stream}-${index}`, undefined, mark(index + 1))
      const { marks, cost } = await parked.read(streams)
      expect([...marks].sort()).toEqual([
        [`${stream}-0`, mark(1)],
        [`${stream}-100`, mark(101)],
      ])
      expect(cost.requests).toBe(2)
    })
  })
}
