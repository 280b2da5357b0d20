import { describe, expect, it } from 'vitest'
import type { Commit } from '../../../domain/kernel/event.ts'
import type { ProjectEvent } from '../../../domain/project/events.ts'
import type { RowStore } from '../../../projections/engine/row-store.ts'
import { catchUp, foldOf, generationId, guardKey, readSide } from '../../kit/memory/read-side.ts'
import { wide } from '../../kit/memory/wide-projection.ts'

const stream = 'project-1'
const created: ProjectEvent = {
  type: 'ProjectCreated',
  data: { ownerId: 'ann', title: '0', description: '' },
}
const renamed = (title: string): ProjectEvent => ({ type: 'ProjectRenamed', data: { title } })
const key = guardKey(generationId(wide), stream)

/** A read side, with a look at the feed of the project's titles, the first first. */
function withFeed() {
  const side = readSide()
  const titles = async () => {
    const { rows } = await side.rows.list(`${generationId(wide)}#titles`, { limit: 1000 })
    return rows.map(({ data }) => JSON.parse(data).title).toReversed()
  }
  return { ...side, titles }
}

describe('the rows of a feed', () => {
  it('are one for each event, and stay whatever comes after it', async () => {
    const { append, options, titles } = withFeed()
    const hint = [await append(stream, created, renamed('1')), await append(stream, renamed('0'))]
    await catchUp(wide, stream, { ...options, hint })
    expect(await titles()).toEqual(['0', '1', '0'])
    await catchUp(wide, stream, { ...options, hint: [...hint, await append(stream, renamed('2'))] })
    expect(await titles()).toEqual(['0', '1', '0', '2'])
  })

  it('are there once the guard has moved, also where the function dies then', async () => {
    const { append, options, rows, titles } = withFeed()
    await append(stream, created)
    const dying: RowStore = {
      ...rows,
      async move(move) {
        await rows.move(move)
        throw new Error('The function died.')
      },
    }
    await expect(catchUp(wide, stream, { ...options, rows: dying })).rejects.toThrow('died')
    expect((await rows.readGuard(key)).guard).toMatchObject({ version: 1 })
    expect(await titles()).toEqual(['0'])
  })

  it('are put again where some may be missing, and the guard waits for them', async () => {
    const { append, options, rows, titles } = withFeed()
    await append(stream, created, renamed('1'))
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
    expect(await catchUp(wide, stream, { ...options, rows: losing })).toMatchObject({ version: 2 })
    expect(await titles()).toEqual(['0', '1'])
    expect(puts).toBe(3)
  })

  it('are not there for an event that cannot be shown, nor is it counted', async () => {
    const { append, options, rows, titles } = withFeed()
    const commits = [await append(stream, created), await append(stream, renamed('bad'))]
    const older: typeof wide = {
      ...wide,
      projection: {
        ...wide.projection,
        record(event, state, id) {
          if (state.exists && state.title === 'bad') throw new Error('What is this?')
          return wide.projection.record?.(event, state, id) ?? {}
        },
      },
    }
    expect(await catchUp(older, stream, options)).toMatchObject({ version: 1, parked: expect.anything() })
    expect(await titles()).toEqual(['0'])
    const counted = (some: readonly Commit[]) =>
      foldOf(wide, stream, some).counters.map(({ amounts }) => amounts)
    const found = () => rows.counters().map(({ amounts }) => amounts)
    expect(found()).toEqual(expect.arrayContaining([{ events: 1 }]))
    expect(found()).not.toContainEqual(expect.objectContaining({ rows: expect.anything() }))
    await catchUp(wide, stream, options)
    expect(found()).toEqual(expect.arrayContaining(counted(commits)))
  })

  it('of a long history are written in steps that are kept', async () => {
    const { append, options, rows, titles } = withFeed()
    await append(stream, created, ...Array.from({ length: 350 }, () => renamed('3')))
    const sizes: number[] = []
    const watched: RowStore = {
      ...rows,
      put(some) {
        sizes.push(some.length)
        return rows.put(some)
      },
    }
    await catchUp(wide, stream, { ...options, rows: watched })
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100)
    expect(sizes.reduce((sum, size) => sum + size)).toBe(351)
    expect(await titles()).toHaveLength(351)
  })
})
