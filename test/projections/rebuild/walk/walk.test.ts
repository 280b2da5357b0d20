import { describe, expect, it } from 'vitest'
import { eachInParallel } from '../../../../commands/aws/parallel.ts'
import { Problem } from '../../../../domain/kernel/problem.ts'
import type { CommitScan } from '../../../../projections/rebuild/walk/commit-scan.ts'
import { createMemoryCommitScan } from '../../../../projections/rebuild/walk/memory-commit-scan.ts'
import { commitsOfStream, type WalkedStream, walkStreams } from '../../../../projections/rebuild/walk/walk.ts'
import { renamed } from '../../../kit/fleet/history.ts'
import { ample, readSide } from '../../../kit/memory/read-side.ts'

const globe = renamed('Globe')

/** An event store with streams of these numbers of commits, the first named `voyage-0`. */
async function filled(...lengths: number[]) {
  const side = readSide()
  for (const [index, length] of lengths.entries())
    for (let i = 0; i < length; i++) await side.append(`voyage-${index}`, globe, globe)
  const scan = (limit?: number) => createMemoryCommitScan(side.table, { limit })
  return { ...side, scan }
}

async function all(walk: AsyncIterable<WalkedStream>): Promise<WalkedStream[]> {
  const streams: WalkedStream[] = []
  for await (const walked of walk) streams.push(walked)
  return streams
}

describe('a walk over the event store', () => {
  it.each([1, 2, 3, 4, 100])('returns every stream once, in pages of %d', async (limit) => {
    const { scan, clock, store } = await filled(1, 7, 2, 1, 3)
    const streams = await all(walkStreams(scan(limit), clock))
    expect(streams.map(({ stream }) => stream)).toEqual([0, 1, 2, 3, 4].map((id) => `voyage-${id}`))
    const lengths = streams.map(async (walked) => {
      const versions: number[] = []
      for await (const commits of commitsOfStream(walked, store, ample))
        versions.push(...commits.map((c) => c.version))
      expect(versions).toEqual(versions.map((_, index) => 1 + 2 * index))
      return versions.length
    })
    expect(await Promise.all(lengths)).toEqual([1, 7, 2, 1, 3])
  })

  it('reads no stream again that was whole in its page', async () => {
    const { scan, clock, store } = await filled(2, 2)
    let reads = 0
    const read: typeof store.read = (...args) => {
      reads += 1
      return store.read(...args)
    }
    for (const walked of await all(walkStreams(scan(), clock)))
      for await (const commits of commitsOfStream(walked, { read }, ample)) expect(commits).toHaveLength(2)
    expect(reads).toBe(0)
  })

  it('continues with commits that were put after the walk, if requested', async () => {
    const { scan, clock, store, append } = await filled(1)
    const [walked] = await all(walkStreams(scan(), clock))
    if (walked === undefined) throw new Error('there is one stream')
    await append('voyage-0', globe)
    const versions: number[] = []
    for await (const commits of commitsOfStream(walked, store, ample, () => versions.length < 2))
      versions.push(...commits.map(({ version }) => version))
    expect(versions).toEqual([1, 3])
  })

  it('stops before an unreadable or missing commit, so that the store reports it', async () => {
    const { clock, table } = await filled(3)
    const [first, second, third] = table.all()
    if (first === undefined || second === undefined || third === undefined) throw new Error('three commits')
    const read = async () => {
      throw new Problem('unreadable', 'That is no commit.')
    }
    for (const items of [
      [first, third],
      [first, { ...second, events: '{' }, third],
    ]) {
      const [walked] = await all(walkStreams(createMemoryCommitScan({ all: () => items }), clock))
      if (walked === undefined) throw new Error('there is one stream')
      const pages = commitsOfStream(walked, { read }, ample)
      expect(await pages.next()).toMatchObject({ value: [{ version: 1 }] })
      await expect(pages.next()).rejects.toThrow('That is no commit.')
    }
  })

  it('skips an item whose key names no stream', async () => {
    const { scan, clock, table } = await filled(1, 1)
    const [first] = table.all()
    if (first === undefined) throw new Error('two commits')
    const items = [{ ...first, pk: 'nothing' }, ...table.all()]
    expect(await all(walkStreams(createMemoryCommitScan({ all: () => items }), clock))).toEqual(
      await all(walkStreams(scan(), clock)),
    )
  })

  it('repeats the request for a failed page, and gives up if it keeps failing', async () => {
    const { scan, clock } = await filled(2, 2)
    let calls = 0
    const failing = (every: number): CommitScan => ({
      async page(...args) {
        calls += 1
        if (calls % every !== 0) throw new Problem('unavailable', 'Later.')
        return scan(1).page(...args)
      },
    })
    expect(await all(walkStreams(failing(3), clock))).toHaveLength(2)
    await expect(all(walkStreams(failing(1000), clock))).rejects.toThrow('Later.')
  })

  it('ends with the first stream that fails, and reads no others', async () => {
    const { scan, clock } = await filled(1, 1, 1, 1, 1, 1)
    const begun: string[] = []
    const walking = eachInParallel(walkStreams(scan(1), clock), 2, async ({ stream }) => {
      begun.push(stream)
      if (stream === 'voyage-1') throw new Error('No.')
    })
    await expect(walking).rejects.toThrow('No.')
    const seen = begun.length
    expect(seen).toBeLessThan(6)
    await clock.sleep(1000)
    expect(begun).toHaveLength(seen)
  })
})
