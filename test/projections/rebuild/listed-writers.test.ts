import { describe, expect, it } from 'vitest'
import type { StreamName } from '../../../domain/kernel/stream.ts'
import { guardKey } from '../../../projections/engine/projection.ts'
import {
  firstList,
  type GenerationList,
  type GenerationLists,
  withBuild,
  withoutGeneration,
  withStatus,
} from '../../../projections/generations/generation-list.ts'
import { createListedCheck } from '../../../projections/generations/listed-check.ts'
import { createMemoryGenerationLists } from '../../../projections/generations/memory-generation-lists.ts'
import { createMemoryCheckpoints } from '../../../projections/rebuild/replay/memory-checkpoints.ts'
import { replay } from '../../../projections/rebuild/replay/replay.ts'
import { verify } from '../../../projections/rebuild/verification/verify.ts'
import { createMemoryCommitScan } from '../../../projections/rebuild/walk/memory-commit-scan.ts'
import { fleetVersions } from '../../kit/fleet/fleet.ts'
import { planned } from '../../kit/fleet/history.ts'
import { readSide } from '../../kit/memory/read-side.ts'

const id = 'voyages.v1.2'
const first = firstList({ id: 'voyages.v1.1', version: 1, generation: 1 })
const building = withBuild(first, 1, 1, () => id).list
const generation = fleetVersions.newestOf('voyages').generation(2)
const streams = Array.from({ length: 9 }, (_, n): StreamName => `voyage-${n}`)

/** Nine voyages, and a generation that is taken off the list when some of them are written. */
async function setUp(...listed: GenerationList[]) {
  const side = readSide()
  const { rows, clock } = side
  const lists = createMemoryGenerationLists()
  for (const list of listed) await lists.move('voyages', list)
  for (const stream of streams) await side.append(stream, planned)
  const last = listed.at(-1) ?? first
  let writes = 0
  const options = {
    ...side.options,
    versions: fleetVersions,
    lists,
    rows: {
      ...rows,
      async move(...args: Parameters<typeof rows.move>) {
        writes += 1
        if (writes === 3) await lists.move('voyages', withoutGeneration(last, id, clock.now(), 0))
        await clock.sleep(1_000)
        return rows.move(...args)
      },
    },
  }
  const written = async () => {
    const { guards } = await rows.readGuards(streams.map((stream) => guardKey(id, stream)))
    return guards.filter((guard) => guard !== undefined).length
  }
  return { ...side, options, written, lists }
}

describe('a generation that is taken off the list', () => {
  it('gets no further rows from a replay', async () => {
    const { options, written, table } = await setUp(building)
    const outcome = await replay(generation, {
      ...options,
      checkpoints: createMemoryCheckpoints(),
      scanOf: () => createMemoryCommitScan(table),
      segments: 1,
      signal: new AbortController().signal,
    })
    expect(outcome).toBe('cancelled')
    // Eight streams are written in parallel.
    expect(await written()).toBe(8)
  })

  it('gets no further rows from a verification that repairs', async () => {
    const { options, written, table, clock } = await setUp(building, withStatus(building, id, 'built'))
    clock.setNow(clock.now() + 60_000)
    const scan = createMemoryCommitScan(table)
    await expect(verify(generation, { ...options, scan, repair: true })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(`${id} is no longer listed`),
    })
    expect(await written()).toBeLessThanOrEqual(8)
  })

  it('is detected within two seconds, with no more than one read of the list in that time', async () => {
    const { lists, clock } = await setUp(building)
    let reads = 0
    const counted: GenerationLists = {
      ...lists,
      read(names) {
        reads += 1
        return lists.read(names)
      },
    }
    const status = createListedCheck(generation, { versions: fleetVersions, lists: counted, clock })
    expect(await Promise.all([status(), status()])).toEqual(['building', 'building'])
    expect(reads).toBe(1)
    await lists.move('voyages', withoutGeneration(building, id, clock.now(), 0))
    await clock.sleep(1_999)
    expect(await status()).toBe('building')
    await clock.sleep(1)
    expect(await status()).toBeUndefined()
  })
})

describe('a change that never succeeds', () => {
  const stuck = (lists: GenerationLists) => {
    let moves = 0
    const failing: GenerationLists = {
      ...lists,
      async move() {
        moves += 1
        return { outcome: 'again', cost: { requests: 1, readUnits: 0, writeUnits: 0 } }
      },
    }
    return { failing, moves: () => moves }
  }

  it('of a list ends a replay, after pauses', async () => {
    const { options, table, clock, lists } = await setUp(building)
    const { failing, moves } = stuck(lists)
    const began = clock.elapsed()
    const replayed = replay(generation, {
      ...options,
      lists: failing,
      rows: options.rows,
      checkpoints: createMemoryCheckpoints(),
      scanOf: () => createMemoryCommitScan(table, { segment: 1, segments: 1000 }),
      segments: 1,
      signal: new AbortController().signal,
    })
    await expect(replayed).rejects.toMatchObject({ code: 'unavailable' })
    expect(clock.elapsed() - began).toBeGreaterThan(9_000)
    expect(moves()).toBeLessThan(100)
  })

  it('of a checkpoint ends a replay, after pauses', async () => {
    const { options, table, clock } = await setUp(building)
    const checkpoints = createMemoryCheckpoints()
    let moves = 0
    const replayed = replay(generation, {
      ...options,
      checkpoints: {
        ...checkpoints,
        async move() {
          moves += 1
          return { outcome: 'again', cost: { requests: 1, readUnits: 0, writeUnits: 0 } }
        },
      },
      scanOf: () => createMemoryCommitScan(table, { segment: 1, segments: 1000 }),
      segments: 1,
      signal: new AbortController().signal,
    })
    await expect(replayed).rejects.toMatchObject({ code: 'unavailable' })
    expect(clock.elapsed()).toBeGreaterThan(1_000)
    expect(moves).toBeLessThan(30)
  })
})
