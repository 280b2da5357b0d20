import { describe, expect, it } from 'vitest'
import type { Commit } from '../../../domain/kernel/event.ts'
import type { CounterItem } from '../../../projections/engine/counters.ts'
import type { MemoryRowStore } from '../../../projections/engine/memory-row-store.ts'
import type { RowItem } from '../../../projections/engine/projection.ts'
import type { RowStore } from '../../../projections/engine/row-store.ts'
import { cabins, voyages } from '../../kit/fleet/fleet.ts'
import { fitted, planned, renamed } from '../../kit/fleet/history.ts'
import { catchUp, foldOf, generationId, guardKey, readSide } from '../../kit/memory/read-side.ts'

const stream = 'voyage-1'
const key = guardKey(generationId(cabins), stream)
const sorted = (items: readonly RowItem[]) => [...items].sort((a, b) => (a.PK + a.SK < b.PK + b.SK ? -1 : 1))

/** A row store that accepts this number of moves, and then fails. */
function failingAfter(most: number, rows: RowStore): RowStore {
  let moves = 0
  return {
    ...rows,
    async move(move) {
      moves += 1
      if (moves > most) throw new Error('The function died.')
      return rows.move(move)
    },
  }
}

describe('an event that exceeds one write by itself', () => {
  const expectFold = (rows: MemoryRowStore, commits: readonly Commit[]) => {
    const fold = foldOf(cabins, stream, commits)
    expect(sorted(rows.rows())).toEqual(sorted([...fold.rows, ...fold.feed]))
    const named = (some: readonly CounterItem[]) =>
      new Map(some.map(({ PK, SK, amounts }) => [PK + SK, amounts]))
    expect(named(rows.counters())).toEqual(named(fold.counters))
  }

  it.each([98, 99, 100, 198, 199, 250, 500])('is written in steps, to %d rows and back', async (width) => {
    const { append, options, rows } = readSide()
    const commits = [
      await append(stream, planned, fitted(width)),
      await append(stream, fitted(7), renamed('Globe')),
    ]
    for (const commit of commits)
      await catchUp(cabins, stream, { ...options, rows: failingAfter(30, rows), hint: [commit] })
    expectFold(rows, commits)
    expect((await rows.readGuard(key)).guard).not.toHaveProperty('written')
  })

  // The following event changes as many rows, or takes nearly all changes back.
  it.each([
    ['another name', renamed('Globe')],
    ['120 cabins', fitted(120)],
    ['7 cabins', fitted(7)],
  ])('is finished by the next caller, before anything else: before %s', async (_, next) => {
    for (let stop = 1; stop <= 4; stop++) {
      const { append, options, rows } = readSide()
      const commits = [await append(stream, planned, fitted(250))]
      const first = catchUp(cabins, stream, { ...options, rows: failingAfter(stop, rows) })
      await (stop < 4 ? expect(first).rejects.toThrow('died') : first)
      if (stop > 1 && stop < 4) expect((await rows.readGuard(key)).guard).toMatchObject({ version: 1 })
      commits.push(await append(stream, next))
      await catchUp(cabins, stream, { ...options, rows: failingAfter(30, rows), hint: commits })
      expectFold(rows, commits)
    }
  })

  it('counts once, with rivals and lost answers', async () => {
    const { append, options, rows } = readSide()
    const commits = [await append(stream, planned, fitted(350))]
    let writes = 0
    const losing: RowStore = {
      ...rows,
      async move(move) {
        await Promise.resolve()
        const written = await rows.move(move)
        writes += 1
        return writes % 3 === 0 ? { ...written, outcome: 'again' } : written
      },
    }
    const rivals = Array.from({ length: 5 }, () => catchUp(cabins, stream, { ...options, rows: losing }))
    await Promise.all(rivals)
    expectFold(rows, commits)
  })

  it('parks the stream if it counts in more places than one write holds', async () => {
    const { append, options } = readSide()
    const scattered: typeof voyages = {
      ...voyages,
      projection: {
        ...voyages.projection,
        count: ({ exists }) =>
          Array.from({ length: exists ? 100 : 0 }, (_, i) => {
            return { partition: 'all', sort: `${i}`, amounts: { voyages: 1 } }
          }),
      },
    }
    await append(stream, planned)
    expect(await catchUp(scattered, stream, options)).toMatchObject({
      version: 0,
      parked: { error: expect.stringContaining('101 counters') },
    })
  })

  it('parks the stream if it counts a fraction', async () => {
    const { append, options, rows } = readSide()
    const record = () => ({ counters: [{ partition: 'a', sort: 'b', amounts: { bytes: Number.NaN } }] })
    const broken: typeof voyages = { ...voyages, projection: { ...voyages.projection, record } }
    await append(stream, planned)
    expect(await catchUp(broken, stream, options)).toMatchObject({
      version: 0,
      parked: { error: expect.stringContaining('bytes counts NaN') },
    })
    expect(rows.counters()).toEqual([])
  })
})
