import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { maxItemBytes, maxSortKeyBytes } from '../../../commands/aws/dynamo-limits.ts'
import type { Commit } from '../../../domain/kernel/event.ts'
import type { Generation, Row, RowItem } from '../../../projections/engine/projection.ts'
import { rowBytes } from '../../../projections/engine/sizes.ts'
import { cabins } from '../../kit/fleet/fleet.ts'
import { fitted, planned, renamed } from '../../kit/fleet/history.ts'
import { type VoyageEvent, voyageEvents } from '../../kit/fleet/voyage-events.ts'
import { catchUp, foldOf, generationId, guardKey, readSide } from '../../kit/memory/read-side.ts'

const stream = 'voyage-1'
const sorted = (items: readonly RowItem[]) => [...items].sort((a, b) => (a.PK + a.SK < b.PK + b.SK ? -1 : 1))
const KB = 1024

/** The sizes of the rows and the state that an event results in. They are part of the voyage's name. */
const shape = z.object({ rows: z.number(), bytes: z.number(), key: z.number(), state: z.number() })
type Shape = z.infer<typeof shape>
const nothing: Shape = { rows: 0, bytes: 0, key: 1, state: 0 }
const shaped = (over: Partial<Shape>) => renamed(JSON.stringify({ ...nothing, ...over }))

/** Shows rows of any size. */
const rowsOfAnySize: Generation<Shape & { filling: string }, VoyageEvent> = {
  generation: 1,
  projection: {
    name: 'sizes',
    version: 1,
    aggregate: 'voyage',
    events: voyageEvents,
    state: z.extend(shape, { filling: z.string() }),
    initial: { ...nothing, filling: '' },
    evolve(before, event) {
      if (event.type !== 'VoyageRenamed') return before
      const next = shape.parse(JSON.parse(event.data.name))
      return { ...next, filling: 'x'.repeat(next.state) }
    },
    render: ({ rows, bytes, key }) =>
      Array.from({ length: rows }, (_, row): Row => {
        const sort = `${row}`.padStart(Math.max(1, key), '0')
        return { partition: 'rows', sort, data: { filling: 'x'.repeat(bytes), of: `${rows} ${key}` } }
      }),
  },
}
const key = guardKey(generationId(rowsOfAnySize), stream)

describe('a change of more bytes than one write holds', () => {
  it('from many events is halved, live and in a replay', async () => {
    const { append, options, rows } = readSide()
    const commits: Commit[] = [await append(stream, planned)]
    for (let n = 1; n <= 30; n++)
      commits.push(await append(stream, fitted(n), renamed(`${n}`.repeat(100 * KB))))
    expect(await catchUp(cabins, stream, options)).toMatchObject({ version: 61 })
    const fold = foldOf(cabins, stream, commits)
    expect(sorted(rows.rows())).toEqual(sorted([...fold.rows, ...fold.feed]))
    const other = { ...cabins, generation: 2 }
    for (const hint of commits.map((commit) => [commit])) await catchUp(other, stream, { ...options, hint })
    const live = rows.rows().filter(({ PK }) => PK.startsWith(generationId(other)))
    expect(live).toHaveLength(fold.rows.length + fold.feed.length)
  })

  it('from a single event is written in parts', async () => {
    const { append, options, rows } = readSide()
    const commits = [
      await append(stream, planned, fitted(90)),
      await append(stream, renamed('x'.repeat(200 * KB))),
    ]
    const result = await catchUp(cabins, stream, options)
    expect(result).not.toHaveProperty('parked')
    expect(result.version).toBe(3)
    const fold = foldOf(cabins, stream, commits)
    expect(sorted(rows.rows())).toEqual(sorted([...fold.rows, ...fold.feed]))
    // Removing large rows takes as many bytes as putting them.
    await append(stream, fitted(1))
    expect(await catchUp(cabins, stream, options)).not.toHaveProperty('parked')
    expect(rows.rows().filter(({ PK }) => PK.endsWith('#cabins'))).toHaveLength(1)
  })
})

describe('an event with changes that the read model cannot hold', () => {
  it.each<[string, Partial<Shape>]>([
    ['a row of more than 400 KB', { rows: 1, bytes: 400 * KB }],
    ['a row with a key of more than 1,024 bytes', { rows: 1, key: 1025 }],
    ['a state of more than 400 KB', { state: 400 * KB }],
  ])('%s parks the stream at its event, and no other', async (_, over) => {
    const { append, options, rows } = readSide()
    await append(stream, planned, shaped({ rows: 2 }), shaped(over), shaped({ rows: 3 }))
    const parked = {
      error: expect.stringContaining('too-large'),
      version: 3,
      type: 'VoyageRenamed',
      stack: expect.stringContaining('sizes.ts'),
    }
    // All events together fit; the third alone does not.
    expect((await catchUp(rowsOfAnySize, stream, options)).version).toBe(4)
    await append('voyage-2', planned, shaped({ rows: 2 }))
    await append('voyage-2', shaped(over))
    expect(await catchUp(rowsOfAnySize, 'voyage-2', options)).toMatchObject({ version: 2, parked })
    const second = guardKey(generationId(rowsOfAnySize), 'voyage-2')
    expect((await rows.readGuard(second)).guard).toMatchObject({ version: 2, parked })
    expect((await rows.parkedKeys()).keys).toEqual([second])
    // The next event makes it fit. The stream is still parked, at the same event.
    await append('voyage-2', shaped({ rows: 1 }))
    expect(await catchUp(rowsOfAnySize, 'voyage-2', options)).toMatchObject({ version: 2 })
  })

  it('a stream whose name exceeds the key of a guard is parked only in the result', async () => {
    const { append, options, rows } = readSide()
    const long = `voyage-${'x'.repeat(2035)}` as const
    await append(long, planned)
    const result = await catchUp(rowsOfAnySize, long, options)
    expect(result).toMatchObject({ version: 0, parked: { error: expect.stringContaining('key') } })
    expect((await rows.parkedKeys()).keys).toEqual([])
  })

  it('the mark of a stream with a long name is listed', async () => {
    const { append, options, rows } = readSide()
    const long = `voyage-${'ö'.repeat(700)}` as const
    await append(long, shaped({ state: 400 * KB }))
    expect(await catchUp(rowsOfAnySize, long, options)).toMatchObject({
      version: 0,
      parked: expect.anything(),
    })
    expect((await rows.parkedKeys()).keys).toEqual([guardKey(generationId(rowsOfAnySize), long)])
  })

  it('a write refused for an unforeseen reason parks the stream', async () => {
    const { append, options, rows } = readSide()
    await append(stream, planned, shaped({ rows: 1 }), shaped({ rows: 2 }))
    const refusing: typeof rows = {
      ...rows,
      async move(move) {
        if (move.to.version < 3) return rows.move(move)
        throw Object.assign(new Error('One or more parameter values were invalid'), {
          name: 'TransactionCanceledException',
          $fault: 'client',
          CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError' }],
        })
      },
    }
    const result = await catchUp(rowsOfAnySize, stream, { ...options, rows: refusing })
    expect(result).toMatchObject({
      version: 2,
      parked: { error: expect.stringContaining('invalid'), version: 3 },
    })
    expect((await rows.readGuard(key)).guard).toMatchObject({ version: 2, parked: expect.anything() })
    expect(await catchUp(rowsOfAnySize, stream, options)).toMatchObject({ version: 3 })
  })
})

describe('rows of any size', () => {
  const near = (limit: number) => fc.integer({ min: limit - 60, max: limit + 60 })
  const drawn = fc.oneof(
    fc.record({ rows: fc.integer({ min: 1, max: 3 }), bytes: near(maxItemBytes - 60) }),
    fc.record({ rows: fc.integer({ min: 1, max: 3 }), key: near(maxSortKeyBytes - stream.length) }),
    fc.record({ rows: fc.constantFrom(39, 40, 41, 98, 99, 100, 101), bytes: near(100 * KB) }),
    fc.record({ rows: fc.integer({ min: 8, max: 12 }), bytes: near(390 * KB) }),
    fc.record({ state: near(maxItemBytes - 8 * KB - 300) }),
    fc.record({ rows: fc.integer({ min: 0, max: 3 }) }),
  )

  it('are written, or park the stream at the first event whose rows or state exceed an item', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(drawn, { minLength: 1, maxLength: 4 }), async (events) => {
        const { append, options, rows } = readSide()
        const commits: Commit[] = []
        let end = 0
        let isParked = false
        for (const event of events) {
          const commit = await append(stream, shaped(event))
          commits.push(commit)
          const result = await catchUp(rowsOfAnySize, stream, { ...options, hint: [commit] })
          const { rows: wanted } = foldOf(rowsOfAnySize, stream, commits)
          const large = wanted.some((row) => rowBytes(row) > maxItemBytes || row.SK.length > maxSortKeyBytes)
          // The engine reserves part of the state for the reason why a stream is parked.
          isParked ||= large || (result.parked !== undefined && (event as Partial<Shape>).state !== undefined)
          if (!isParked) end = commit.version
          expect(result.version).toBe(end)
          expect(result.parked !== undefined).toBe(isParked)
          const shown = foldOf(rowsOfAnySize, stream, commits.slice(0, end))
          expect(sorted(rows.rows())).toEqual(sorted(shown.rows))
        }
      }),
      { numRuns: 15 },
    )
  })
})
