import { describe, expect, it } from 'vitest'
import {
  firstList,
  type GenerationList,
  rolledBack,
  switchedTo,
  withBuild,
  withoutGeneration,
  withoutRows,
  withStatus,
} from '../../../projections/generations/generation-list.ts'

const first = firstList({ id: 'p.v1.1', version: 1, generation: 1 })
const at = '2026-01-01T00:00:00.000Z'
const now = Date.parse(at)
const begin = (list: GenerationList, version = 2) =>
  withBuild(list, version, 4, (number) => `p.v${version}.${number}`)
const built = () => withStatus(begin(first).list, 'p.v2.2', 'built')
const refused = expect.objectContaining({ code: 'refused' })

describe('a list of generations', () => {
  it('has one live generation before it is written', () => {
    expect(first).toMatchObject({ revision: 0, live: 'p.v1.1', generations: [{ status: 'built' }] })
  })

  it('lists a new generation before it is built, under a number that is never used again', () => {
    const { list, id } = begin(first)
    expect(id).toBe('p.v2.2')
    expect(list).toMatchObject({ revision: 1, live: 'p.v1.1', next: 3 })
    expect(list.generations.at(-1)).toEqual({
      id,
      version: 2,
      generation: 2,
      status: 'building',
      segments: 4,
    })
    const without = withoutGeneration(withStatus(list, id, 'abandoned'), id, now, 0)
    expect(begin(without).id).toBe('p.v2.3')
  })

  it('builds one generation at a time', () => {
    expect(() => begin(begin(first).list)).toThrow(refused)
    expect(begin(withStatus(begin(first).list, 'p.v2.2', 'abandoned')).id).toBe('p.v2.3')
  })

  it('switches only to a built generation', () => {
    expect(() => switchedTo(begin(first).list, 'p.v2.2', at)).toThrow(refused)
    expect(() => switchedTo(withStatus(built(), 'p.v2.2', 'abandoned'), 'p.v2.2', at)).toThrow(refused)
    expect(() => switchedTo(first, 'p.v1.1', at)).toThrow(refused)
    expect(() => switchedTo(first, 'p.v9.9', at)).toThrow(refused)
    expect(switchedTo(built(), 'p.v2.2', at)).toMatchObject({
      live: 'p.v2.2',
      previous: 'p.v1.1',
      switchedAt: at,
      revision: 3,
    })
  })

  it('switches back and forth between two generations', () => {
    expect(() => rolledBack(built(), at)).toThrow(refused)
    const back = rolledBack(switchedTo(built(), 'p.v2.2', at), at)
    expect(back).toMatchObject({ live: 'p.v1.1', previous: 'p.v2.2' })
    expect(switchedTo(back, 'p.v2.2', at)).toMatchObject({ live: 'p.v2.2', previous: 'p.v1.1' })
  })

  it('keeps no third generation: the one to roll back to is cleaned up first', () => {
    const third = begin(switchedTo(built(), 'p.v2.2', at), 3)
    const done = withStatus(third.list, third.id, 'built')
    expect(() => switchedTo(done, third.id, at)).toThrow(refused)
    expect(switchedTo(withoutGeneration(done, 'p.v1.1', now + 10, 10), third.id, at)).toMatchObject({
      live: third.id,
      previous: 'p.v2.2',
    })
  })

  it('never abandons or removes the live generation, and abandons the previous one permanently', () => {
    const switched = switchedTo(built(), 'p.v2.2', at)
    expect(() => withStatus(switched, 'p.v2.2', 'abandoned')).toThrow(refused)
    expect(() => withoutGeneration(switched, 'p.v2.2', now + 1e9, 0)).toThrow(refused)
    expect(() => rolledBack(withStatus(switched, 'p.v1.1', 'abandoned'), at)).toThrow(refused)
    expect(() => withStatus(built(), 'p.v2.2', 'built')).toThrow(refused)
  })

  it('removes the previous generation only once nobody reads it any longer', () => {
    const switched = switchedTo(built(), 'p.v2.2', at)
    expect(() => withoutGeneration(switched, 'p.v1.1', now + 14_999, 15_000)).toThrow(refused)
    const list = withoutGeneration(switched, 'p.v1.1', now + 15_000, 15_000)
    expect(list.previous).toBeUndefined()
    expect(list.generations.map(({ id }) => id)).toEqual(['p.v2.2'])
    expect(list.removing).toEqual([{ id: 'p.v1.1', since: '2026-01-01T00:00:15.000Z' }])
    expect(withoutRows(list, 'p.v1.1').removing).toEqual([])
  })
})
