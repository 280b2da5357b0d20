import { describe, expect, it } from 'vitest'
import { projectBatch } from '../../../projections/delivery/project-batch.ts'
import type { AnyGeneration } from '../../../projections/generations/any-generation.ts'
import {
  firstList,
  type GenerationLists,
  switchedTo,
  withBuild,
  withStatus,
} from '../../../projections/generations/generation-list.ts'
import {
  createReadable,
  keptGenerations,
  listedGenerations,
} from '../../../projections/generations/listed-generations.ts'
import { createMemoryGenerationLists } from '../../../projections/generations/memory-generation-lists.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'
import { fleetVersions, nextFleetVersions } from '../../kit/fleet/fleet.ts'
import { joined, planned, postponed } from '../../kit/fleet/history.ts'
import { readSide } from '../../kit/memory/read-side.ts'

const first = firstList({ id: 'voyages.v1.1', version: 1, generation: 1 })
const begin = (version: number) =>
  withBuild(first, version, 1, (number) => `voyages.v${version}.${number}`).list
const idsOf = async (lists: GenerationLists, versions = fleetVersions) =>
  (await listedGenerations(versions, lists, manualClock()))('voyage').map(({ id }) => id)

describe('the generations that the projector keeps up to date', () => {
  it('are the first of each projection if nothing is listed', async () => {
    expect(await idsOf(createMemoryGenerationLists())).toEqual(['voyages.v1.1', 'cabins.v1.1'])
  })

  it('are all that are listed at that moment, except abandoned ones', async () => {
    const lists = createMemoryGenerationLists()
    const building = begin(1)
    await lists.move('voyages', building)
    expect(await idsOf(lists)).toEqual(['voyages.v1.1', 'voyages.v1.2', 'cabins.v1.1'])
    await lists.move('voyages', withStatus(building, 'voyages.v1.2', 'abandoned'))
    expect(await idsOf(lists)).toEqual(['voyages.v1.1', 'cabins.v1.1'])
    const kept = (await keptGenerations(fleetVersions, lists)).filter(
      ({ projection }) => projection === 'voyages',
    )
    expect(kept.map(({ id }) => id)).toEqual(['voyages.v1.1'])
  })

  it('belong to every version that is listed and in this code', async () => {
    const lists = createMemoryGenerationLists()
    await lists.move('voyages', begin(2))
    expect(await idsOf(lists, nextFleetVersions)).toEqual(['voyages.v1.1', 'voyages.v2.2', 'cabins.v1.1'])
    const { append, options, rows } = readSide()
    const generations = () => listedGenerations(nextFleetVersions, lists, manualClock())
    const commit = await append('voyage-1', planned, joined('bob'))
    const delivery = { ...commit, commit, sequenceNumber: '1' }
    expect(await projectBatch([delivery], { ...options, generations })).toEqual([])
    const counted = rows.counters().filter(({ amounts }) => 'sailors' in amounts)
    expect(counted).toMatchObject([{ PK: 'tally#voyages.v2.2#afloat', amounts: { sailors: 1 } }])
  })

  it('exclude one whose version this code lacks, which is marked as abandoned', async () => {
    const lists = createMemoryGenerationLists()
    await lists.move('voyages', begin(2))
    expect(await idsOf(lists)).toEqual(['voyages.v1.1', 'cabins.v1.1'])
    const list = (await lists.read(['voyages'])).lists.get('voyages')
    expect(list?.generations).toMatchObject([{ status: 'built' }, { status: 'abandoned' }])
  })

  it('cannot be read if this code lacks the version of the live one', async () => {
    const lists = createMemoryGenerationLists()
    const built = withStatus(begin(2), 'voyages.v2.2', 'built')
    await lists.move('voyages', begin(2))
    await lists.move('voyages', built)
    await lists.move('voyages', switchedTo(built, 'voyages.v2.2', '2026-01-01T00:00:00.000Z'))
    await expect(listedGenerations(fleetVersions, lists, manualClock())).rejects.toThrow(
      'voyages.v2.2 is live',
    )
    // The projector fails, too, even for an empty batch.
    const { options } = readSide()
    const delivered = projectBatch([], {
      ...options,
      generations: () => listedGenerations(fleetVersions, lists, manualClock()),
    })
    await expect(delivered).rejects.toThrow('voyages.v2.2 is live')
  })

  it('are read again for each batch', async () => {
    const { append, options, rows } = readSide()
    const lists = createMemoryGenerationLists()
    const deliver = async () => {
      const commit = await append('voyage-1', planned)
      const delivery = { ...commit, commit, sequenceNumber: '1' }
      return projectBatch([delivery], {
        ...options,
        generations: () => listedGenerations(fleetVersions, lists, manualClock()),
      })
    }
    expect(await deliver()).toEqual([])
    await lists.move('voyages', begin(1))
    expect(await deliver()).toEqual([])
    const found = new Set(rows.rows().map(({ PK }) => PK.split('#')[0]))
    expect(found).toEqual(new Set(['voyages.v1.1', 'voyages.v1.2', 'cabins.v1.1']))
  })

  it('do not cause a second delivery if only one under construction has failed', async () => {
    const { append, options } = readSide()
    const failing = (building: boolean): AnyGeneration => ({
      id: 'x',
      projection: 'voyages',
      version: 1,
      aggregate: 'voyage',
      building,
      catchUp: async () => {
        throw new Error('The read model is down.')
      },
      refold: () => {
        throw new Error('Nobody verifies it.')
      },
    })
    const commit = await append('voyage-1', postponed)
    const delivery = { ...commit, commit, sequenceNumber: '7' }
    const deliver = (building: boolean) =>
      projectBatch([delivery], { ...options, generations: async () => () => [failing(building)] })
    expect(await deliver(true)).toEqual([])
    expect(await deliver(false)).toMatchObject([{ sequenceNumber: '7' }])
  })
})

describe('the generations that queries read', () => {
  const switched = async () => {
    const lists = createMemoryGenerationLists()
    const clock = manualClock()
    const readable = createReadable(fleetVersions, lists, clock)
    const live = async () => (await readable()).live('voyages').id
    return { lists, clock, readable, live }
  }

  it('are the live ones, by a list that is at most five seconds old', async () => {
    const { lists, clock, live } = await switched()
    expect(await live()).toBe('voyages.v1.1')
    const built = withStatus(begin(1), 'voyages.v1.2', 'built')
    await lists.move('voyages', begin(1))
    await lists.move('voyages', built)
    await lists.move('voyages', switchedTo(built, 'voyages.v1.2', '2026-01-01T00:00:00.000Z'))
    await clock.sleep(4_999)
    expect(await live()).toBe('voyages.v1.1')
    await clock.sleep(1)
    expect(await live()).toBe('voyages.v1.2')
    // A list is not kept longer if the clock is set back or stands still.
    const back = switchedTo(built, 'voyages.v1.2', '')
    await lists.move('voyages', { ...back, live: 'voyages.v1.1', revision: 4 })
    clock.setNow(clock.now() - 60_000)
    await clock.sleep(5_000)
    expect(await live()).toBe('voyages.v1.1')
    await lists.move('voyages', { ...back, revision: 5 })
    clock.setNow(clock.now() + 5_000)
    expect(await live()).toBe('voyages.v1.2')
  })

  it('include built ones by their id, for the next page of a list from one', async () => {
    const { lists, readable } = await switched()
    await lists.move('voyages', begin(1))
    const { listed } = await readable()
    expect(listed('voyages.v1.1')?.id).toBe('voyages.v1.1')
    expect(listed('voyages.v1.2')).toBeUndefined()
    expect(listed('voyages.v9.9')).toBeUndefined()
  })
})
