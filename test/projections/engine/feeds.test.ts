import { describe, expect, it } from 'vitest'
import type { Commit } from '../../../domain/kernel/event.ts'
import type { RowStore } from '../../../projections/engine/row-store.ts'
import { cabins } from '../../kit/fleet/fleet.ts'
import { fitted, planned, renamed } from '../../kit/fleet/history.ts'
import { catchUp, foldOf, generationId, guardKey, readSide } from '../../kit/memory/read-side.ts'

const stream = 'voyage-1'
const key = guardKey(generationId(cabins), stream)

/** A read side and the feed of the voyage's names, oldest first. */
function withFeed() {
  const side = readSide()
  const names = async () => {
    const { rows } = await side.rows.list(`${generationId(cabins)}#names`, { limit: 1000 })
    return rows.map(({ data }) => JSON.parse(data).name).toReversed()
  }
  return { ...side, names }
}

describe('the rows of a feed', () => {
  it('are one for each event, and never change afterwards', async () => {
    const { append, options, names } = withFeed()
    const hint = [await append(stream, planned, renamed('Globe')), await append(stream, renamed('Atlas'))]
    await catchUp(cabins, stream, { ...options, hint })
    expect(await names()).toEqual(['Atlas', 'Globe', 'Atlas'])
    await catchUp(cabins, stream, { ...options, hint: [...hint, await append(stream, renamed('Moon'))] })
    expect(await names()).toEqual(['Atlas', 'Globe', 'Atlas', 'Moon'])
  })

  it('exist once the guard has moved, even if the function dies immediately afterwards', async () => {
    const { append, options, rows, names } = withFeed()
    await append(stream, planned)
    const dying: RowStore = {
      ...rows,
      async move(move) {
        await rows.move(move)
        throw new Error('The function died.')
      },
    }
    await expect(catchUp(cabins, stream, { ...options, rows: dying })).rejects.toThrow('died')
    expect((await rows.readGuard(key)).guard).toMatchObject({ version: 1 })
    expect(await names()).toEqual(['Atlas'])
  })

  it('are put again if some may be missing, and the guard waits for them', async () => {
    const { append, options, rows, names } = withFeed()
    await append(stream, planned, renamed('Globe'))
    let puts = 0
    const losing: RowStore = {
      ...rows,
      async put(some) {
        puts += 1
        if (puts > 2) return rows.put(some)
        expect((await rows.readGuard(key)).guard).toBeUndefined()
        return { ...(await rows.put(some.slice(0, 1))), outcome: 'again' }
      },
    }
    expect(await catchUp(cabins, stream, { ...options, rows: losing })).toMatchObject({ version: 2 })
    expect(await names()).toEqual(['Atlas', 'Globe'])
    expect(puts).toBe(3)
  })

  it('do not exist for an event that cannot be shown, and it is not counted', async () => {
    const { append, options, rows, names } = withFeed()
    const commits = [await append(stream, planned), await append(stream, fitted(5))]
    const older: typeof cabins = {
      ...cabins,
      projection: {
        ...cabins.projection,
        record(event, state, id) {
          if (state.cabins === 5) throw new Error('What is this?')
          return cabins.projection.record?.(event, state, id) ?? {}
        },
      },
    }
    expect(await catchUp(older, stream, options)).toMatchObject({ version: 1, parked: expect.anything() })
    expect(await names()).toEqual(['Atlas'])
    const counted = (some: readonly Commit[]) =>
      foldOf(cabins, stream, some).counters.map(({ amounts }) => amounts)
    const found = () => rows.counters().map(({ amounts }) => amounts)
    expect(found()).toEqual(expect.arrayContaining([{ events: 1 }]))
    expect(found()).not.toContainEqual(expect.objectContaining({ cabins: expect.anything() }))
    await catchUp(cabins, stream, options)
    expect(found()).toEqual(expect.arrayContaining(counted(commits)))
  })

  it('of a long history are written in steps that persist', async () => {
    const { append, options, rows, names } = withFeed()
    await append(stream, planned, ...Array.from({ length: 350 }, () => renamed('Sun')))
    const sizes: number[] = []
    const watched: RowStore = {
      ...rows,
      put(some) {
        sizes.push(some.length)
        return rows.put(some)
      },
    }
    await catchUp(cabins, stream, { ...options, rows: watched })
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100)
    expect(sizes.reduce((sum, size) => sum + size)).toBe(351)
    expect(await names()).toHaveLength(351)
  })
})
