import { describe, expect, it } from 'vitest'
import {
  firstList,
  type GenerationLists,
  withBuild,
  withStatus,
} from '../../projections/generations/generation-list.ts'

/** The tests that every store of generation lists must pass. `open` is called once per test. */
export function generationListsContract(name: string, open: () => GenerationLists): void {
  let made = 0
  const setUp = () => {
    made += 1
    const projection = `projection-${process.pid}-${made}`
    const first = firstList({ id: `${projection}.v1.1`, version: 1, generation: 1 })
    const begun = withBuild(first, 2, 4, (number) => `${projection}.v2.${number}`)
    return { lists: open(), projection, list: begun.list, id: begun.id }
  }

  describe(`lists of generations on ${name}`, () => {
    it('are read as they were written', async () => {
      const { lists, projection, list, id } = setUp()
      expect((await lists.read([projection])).lists.size).toBe(0)
      expect((await lists.move(projection, list)).outcome).toBe('moved')
      const built = withStatus(list, id, 'built')
      const full = {
        ...built,
        previous: id,
        switchedAt: '2026-01-01T00:00:00.000Z',
        removing: [{ id: 'gone', since: '2026-01-01T00:00:00.000Z' }],
      }
      expect((await lists.move(projection, full)).outcome).toBe('moved')
      const read = await lists.read([projection, 'nothing'])
      expect([...read.lists]).toEqual([[projection, full]])
      expect(read.cost.readUnits).toBeGreaterThanOrEqual(1)
    })

    it('move only from the previous revision, so one of several rivals changes a list', async () => {
      const { lists, projection, list, id } = setUp()
      const outcomes = await Promise.all(Array.from({ length: 5 }, () => lists.move(projection, list)))
      expect(outcomes.filter(({ outcome }) => outcome === 'moved')).toHaveLength(1)
      const built = withStatus(list, id, 'built')
      expect((await lists.move(projection, { ...built, revision: 3 })).outcome).toBe('again')
      expect((await lists.move(projection, built)).outcome).toBe('moved')
      expect((await lists.move(projection, withStatus(list, id, 'abandoned'))).outcome).toBe('again')
      expect((await lists.read([projection])).lists.get(projection)).toEqual(built)
    })
  })
}
