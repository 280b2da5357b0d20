import { describe, expect, it } from 'vitest'
import { type Checkpoints, nothingDone } from '../../projections/rebuild/replay/checkpoints.ts'

/** The tests that every checkpoint store must pass. `open` is called once per test. */
export function checkpointsContract(name: string, open: () => Checkpoints): void {
  let made = 0
  const setUp = () => {
    made += 1
    return { checkpoints: open(), id: `voyages.v1.${process.pid}${made}` }
  }

  describe(`checkpoints on ${name}`, () => {
    it('are read in the order of the segments, with nothing done for a segment without one', async () => {
      const { checkpoints, id } = setUp()
      const third = {
        revision: 1,
        after: { stream: 'voyage-1', version: 7 },
        done: false,
        commits: 5,
        parked: 1,
      }
      expect((await checkpoints.move(id, 2, third)).outcome).toBe('moved')
      const { checkpoints: read } = await checkpoints.read(id, 12)
      expect(read).toHaveLength(12)
      expect(read.map((one, segment) => (segment === 2 ? one : nothingDone))).toEqual(read)
      expect(read[2]).toEqual(third)
    })

    it('move only from the previous revision, and never back from done', async () => {
      const { checkpoints, id } = setUp()
      const at = (revision: number, done: boolean) => ({ ...nothingDone, revision, done })
      expect((await checkpoints.move(id, 0, at(1, false))).outcome).toBe('moved')
      expect((await checkpoints.move(id, 0, at(1, false))).outcome).toBe('again')
      expect((await checkpoints.move(id, 0, at(2, true))).outcome).toBe('moved')
      expect((await checkpoints.move(id, 0, at(2, false))).outcome).toBe('again')
      expect((await checkpoints.read(id, 1)).checkpoints).toEqual([at(2, true)])
    })

    it('of two generations are independent', async () => {
      const { checkpoints, id } = setUp()
      await checkpoints.move(id, 0, { ...nothingDone, revision: 1, done: true })
      expect((await checkpoints.read(`${id}1`, 1)).checkpoints).toEqual([nothingDone])
    })
  })
}
