import { describe, expect, it } from 'vitest'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../../commands/event-store/memory-commit-table.ts'
import { type CachedState, cachedStateAfter } from '../../../commands/execution/cached-state.ts'
import { createStateCache } from '../../../commands/execution/state-cache.ts'
import type { StreamName } from '../../../domain/kernel/stream.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'
import { type VoyageState, voyage } from '../../kit/fleet/voyage.ts'
import { ample } from '../../kit/memory/read-side.ts'
import { newCommit } from '../../kit/stores/commits.ts'

const store = createEventStore(createMemoryCommitTable(), manualClock())
let streams = 0

/** The cached states of a new stream, one after each of this many commits. */
async function cachedOf(commits: number): Promise<CachedState<VoyageState>[]> {
  streams += 1
  const stream: StreamName = `voyage-${streams}`
  const all: CachedState<VoyageState>[] = []
  let cached: CachedState<VoyageState> | undefined
  for (let n = 0; n <= commits; n++) {
    if (cached !== undefined) await store.append(cached.head, newCommit(), ample)
    // Each state starts from none, so that it has a map of its own.
    cached = cachedStateAfter(voyage, undefined, await store.load(stream, ample))
    all.push(cached)
  }
  return all
}

async function last(commits: number): Promise<CachedState<VoyageState>> {
  const cached = (await cachedOf(commits)).at(-1)
  if (cached === undefined) throw new Error('there is one for the head before the first commit')
  return cached
}

describe('cached states', () => {
  it('return the state of a stream that is cached, and of no other', async () => {
    const warm = createStateCache()
    const cached = await last(2)
    warm.keep(voyage, cached)
    expect(warm.find(voyage, cached.head.stream)).toBe(cached)
    expect(warm.find(voyage, 'voyage-other')).toBeUndefined()
  })

  it('return nothing for a stream that was dropped', async () => {
    const warm = createStateCache()
    const cached = await last(2)
    warm.keep(voyage, cached)
    warm.drop(cached.head.stream)
    expect(warm.find(voyage, cached.head.stream)).toBeUndefined()
  })

  it('are never replaced by an earlier state', async () => {
    const warm = createStateCache()
    const [, early, late] = await cachedOf(2)
    if (early === undefined || late === undefined) throw new Error('there is one for each commit')
    warm.keep(voyage, late)
    warm.keep(voyage, early)
    expect(warm.find(voyage, late.head.stream)).toBe(late)
  })

  it('make room by dropping the least recently used streams, by number of commits', async () => {
    const warm = createStateCache(6)
    const one = await last(2)
    const two = await last(2)
    const three = await last(2)
    for (const cached of [one, two, three]) warm.keep(voyage, cached)
    warm.find(voyage, one.head.stream)
    const four = await last(3)
    warm.keep(voyage, four)
    const kept = [one, two, three, four].map(({ head }) => warm.find(voyage, head.stream) !== undefined)
    expect(kept).toEqual([true, false, false, true])
  })

  it('count a stream once, however often it is stored and read', async () => {
    const warm = createStateCache(4)
    const one = await last(2)
    const two = await last(2)
    warm.keep(voyage, one)
    for (let n = 0; n < 10; n++) {
      warm.keep(voyage, two)
      warm.find(voyage, two.head.stream)
    }
    expect(warm.find(voyage, one.head.stream)).toBe(one)
  })

  it('do not store a stream that is too long, nor make room for it', async () => {
    const warm = createStateCache(4)
    const small = await last(2)
    const long = await last(5)
    warm.keep(voyage, small)
    warm.keep(voyage, long)
    expect(warm.find(voyage, long.head.stream)).toBeUndefined()
    expect(warm.find(voyage, small.head.stream)).toBe(small)
  })

  it('drop a stream that has become too long', async () => {
    const warm = createStateCache(4)
    const long = await cachedOf(5)
    for (const cached of long) warm.keep(voyage, cached)
    expect(warm.find(voyage, `voyage-${streams}`)).toBeUndefined()
    const another = await last(4)
    warm.keep(voyage, another)
    expect(warm.find(voyage, another.head.stream)).toBe(another)
  })

  it('do not store a stream without commits', async () => {
    const warm = createStateCache()
    const cached = await last(0)
    warm.keep(voyage, cached)
    expect(warm.find(voyage, cached.head.stream)).toBeUndefined()
  })
})
