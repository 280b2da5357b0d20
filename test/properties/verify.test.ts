import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noCost } from '../../domain/kernel/cost.ts'
import type { Commit, Event } from '../../domain/kernel/event.ts'
import { parseStreamName, type StreamName, streamName } from '../../domain/kernel/stream.ts'
import { type Generation, guardKey, nameOf, type RowItem } from '../../projections/engine/projection.ts'
import type { Guard } from '../../projections/engine/row-store.ts'
import { anyGeneration, versionOf } from '../../projections/generations/any-generation.ts'
import type { GenerationList, GenerationLists } from '../../projections/generations/generation-list.ts'
import { createMemoryGenerationLists } from '../../projections/generations/memory-generation-lists.ts'
import { projectionVersions } from '../../projections/generations/projection-versions.ts'
import type { FindingKind } from '../../projections/rebuild/verification/finding.ts'
import { verify } from '../../projections/rebuild/verification/verify.ts'
import { createMemoryCommitScan } from '../../projections/rebuild/walk/memory-commit-scan.ts'
import { type Sample, sampleOf, samples } from '../kit/aggregates.ts'
import { catchUp, foldOf, generationId, readSide } from '../kit/memory/read-side.ts'
import { newCommit } from '../kit/stores/commits.ts'

const commits: fc.Arbitrary<Appended[]> = fc.array(
  fc.oneof(
    ...samples.map(({ aggregate, event }) =>
      fc.record({
        stream: fc.constantFrom('1', '2', '3').map((id) => streamName(aggregate.name, id)),
        events: fc.array(event, { minLength: 1, maxLength: 4 }),
      }),
    ),
  ),
  { minLength: 1, maxLength: 14 },
)

const schedule = fc.record({
  history: commits,
  /** Number of items in a page of the walk. */
  pageItems: fc.constantFrom(1, 2, 5, 1000),
  /** Chooses one of everything that can be tampered with. */
  pick: fc.nat(),
})

interface Appended {
  readonly stream: StreamName
  readonly events: readonly Event[]
}

/**
 * Histories that together count in every counter partition that an aggregate's events can reach. Many random draws find
 * these partitions. A verification ignores partitions in which no stream counts.
 */
function countingOf({ aggregate, event, generations }: Sample): readonly Appended[] {
  const partitions = new Set<string>()
  const counting: Appended[] = []
  const drawn = fc.sample(fc.array(event, { minLength: 1, maxLength: 6 }), { numRuns: 300, seed: 1 })
  for (const events of drawn) {
    const stream = streamName(aggregate.name, `counts${counting.length}`)
    const commit = { ...newCommit({ events: events.map(aggregate.events.encode) }), stream, version: 1 }
    const found = generations
      .flatMap((generation) => foldOf(generation, stream, [commit]).counters)
      .filter(({ PK }) => !partitions.has(PK))
    if (found.length > 0) counting.push({ stream, events })
    for (const { PK } of found) partitions.add(PK)
  }
  return counting
}

/** These histories come first in every run, and are never tampered with. */
const first = samples.flatMap(countingOf)

type Side = ReturnType<typeof readSide>

/** A read side to which every commit was delivered in every generation, and a function that verifies one. */
async function delivered(history: readonly Appended[]) {
  const side = readSide()
  const appended: Commit[] = []
  for (const { stream, events } of [...first, ...history]) appended.push(await side.append(stream, ...events))
  for (const stream of new Set(appended.map((commit) => commit.stream)))
    for (const generation of sampleOf(parseStreamName(stream).aggregate).generations)
      await catchUp(generation, stream, side.options)
  return { ...side, commits: appended }
}

const all = samples.flatMap(({ generations }) => generations)

const seldom = 'leaves a row over'

/** One change to the items of a stream, the differences to be found, and those that a repair leaves. */
interface Tampering {
  readonly does: string
  readonly stream: string
  readonly tamper: () => Promise<unknown>
  readonly found: FindingKind | undefined
  readonly counter: boolean
  readonly left: FindingKind | undefined
}

async function tamperings(
  generation: Generation<unknown, Event>,
  { rows }: Side,
  commits: readonly Commit[],
): Promise<Tampering[]> {
  const id = generationId(generation)
  const streams = new Set(commits.map(({ stream }) => stream))
  const nothing = { put: [], remove: [], counters: [] }
  const some: Tampering[] = []
  for (const stream of streams) {
    const { aggregate } = parseStreamName(stream)
    if (aggregate !== generation.projection.aggregate || first.some((one) => one.stream === stream)) continue
    const whole = commits.filter((commit) => commit.stream === stream)
    const fold = foldOf(generation, stream, whole)
    const key = guardKey(id, stream)
    const { guard } = await rows.readGuard(key)
    if (guard === undefined) throw new Error('the stream was delivered')
    const from = { version: guard.version }
    const move = (to: Guard, over: object = {}) => rows.move({ key, from, to, ...nothing, ...over })
    const one = (does: string, found: FindingKind | undefined, tamper: Tampering['tamper'], over = {}) =>
      some.push({ does, stream, tamper, found, counter: false, left: found, ...over })

    for (const row of fold.rows) {
      one('removes a row', 'different', () => move(guard, { remove: [row] }))
      one('changes a row', 'different', () => rows.put([{ ...row, data: '{"no":1}' }]))
    }
    for (const row of fold.feed) {
      one('removes a row of a feed', 'feed', () => move(guard, { remove: [row] }), { left: undefined })
      one('changes a row of a feed', 'feed', () => rows.put([{ ...row, data: '{"no":1}' }]))
    }
    one('changes the state', 'different', () => move({ ...guard, state: '{"no":1}' }))
    for (const { PK, SK, amounts } of fold.counters) {
      const more = [{ PK, SK, amounts: { [Object.keys(amounts)[0] ?? 'none']: 1 } }]
      one('counts one more', undefined, () => move(guard, { counters: more }), { counter: true })
    }
    for (let version = 0; version < guard.version; version++) {
      const before = foldOf(generation, stream, upTo(whole, version))
      const state = JSON.stringify(before.state)
      const counter = JSON.stringify(before.counters) !== JSON.stringify(fold.counters)
      one('sets the guard back', 'behind', () => move({ version, state }), { counter, left: undefined })
      const stands = new Set(fold.rows.map(nameOf))
      for (const row of before.rows.filter((old) => !stands.has(nameOf(old))))
        one(seldom, 'different', () => rows.put([row]))
    }
  }
  return some
}

function upTo(commits: readonly Commit[], version: number): Commit[] {
  return commits.flatMap((commit) => {
    const events = commit.events.slice(0, Math.max(0, version - commit.version + 1))
    return events.length === 0 ? [] : [{ ...commit, events }]
  })
}

describe('verify', () => {
  const versions = projectionVersions(all.map(({ projection }) => versionOf(projection)))
  /** Every generation is listed. */
  const lists: GenerationLists = {
    ...createMemoryGenerationLists(),
    async read(names) {
      const listOf = (name: string): GenerationList => ({
        ...versions.listOf(name, new Map()),
        generations: all
          .filter(({ projection }) => projection.name === name)
          .map((one) => ({ id: generationId(one), version: 1, generation: 1, status: 'built' })),
      })
      return { lists: new Map(names.map((name) => [name, listOf(name)])), cost: noCost }
    },
  }
  const verifyAll = (side: Side, pageItems: number, repair = false) => {
    const { store, rows, clock, table } = side
    const scan = createMemoryCommitScan(table, { limit: pageItems })
    const options = { scan, store, rows, clock, versions, lists, repair }
    return Promise.all(all.map((one) => verify(anyGeneration(one), options)))
  }

  it('finds nothing after a history was delivered, and changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async ({ history, pageItems }) => {
        const side = await delivered(history)
        const before = JSON.stringify([side.rows.rows(), side.rows.counters()])
        for (const verified of await verifyAll(side, pageItems, true))
          expect(verified).toMatchObject({ clean: true, findings: [], repaired: { streams: 0, feedRows: 0 } })
        expect(JSON.stringify([side.rows.rows(), side.rows.counters()])).toBe(before)
      }),
      { numRuns: 100 },
    )
  })

  it('finds exactly the one change, and repairs what needs no new generation', async () => {
    const seen: Record<string, number> = {}
    await fc.assert(
      fc.asyncProperty(schedule, fc.nat(all.length - 1), async ({ history, pageItems, pick }, index) => {
        // The generations of the aggregates in the history.
        const there = all.filter(({ projection }) =>
          history.some(({ stream }) => parseStreamName(stream).aggregate === projection.aggregate),
        )
        const generation = there[index % there.length]
        if (generation === undefined) throw new Error('every history belongs to some aggregate')
        const side = await delivered(history)
        const options = await tamperings(generation, side, side.commits)
        // Each kind of change is equally likely, however many options it has. Rare kinds make up half of all.
        const kinds = [...new Set(options.map(({ does }) => does))]
        const kind = pick % 2 === 0 && kinds.includes(seldom) ? seldom : kinds[pick % kinds.length]
        const alike = options.filter(({ does }) => does === kind)
        const tampering = alike[Math.floor(pick / kinds.length) % alike.length]
        if (tampering === undefined) return
        const { does, stream, found, counter, left } = tampering
        seen[does] = (seen[does] ?? 0) + 1
        await tampering.tamper()
        const id = generationId(generation)
        const result = async (repair: boolean) => {
          const results = await verifyAll(side, pageItems, repair)
          for (const other of results)
            if (other.generation !== id) expect(other.clean, other.generation).toBe(true)
          return results.find((one) => one.generation === id)
        }
        const first = await result(false)
        expect(first?.findings.map((one) => [one.stream, one.found])).toEqual(found ? [[stream, found]] : [])
        expect((first?.counters.different.length ?? 0) > 0).toBe(counter)
        expect(first?.counters.moved).toEqual([])
        expect(first?.clean).toBe(false)

        const repaired = await result(true)
        expect(repaired?.findings.map((one) => one.found)).toEqual(left ? [left] : [])
        const again = await result(false)
        expect(again).toMatchObject({ findings: repaired?.findings, clean: left === undefined && !counter })
        if (left === undefined) expectRows(side, generation)
      }),
      { numRuns: 300 },
    )
    expect(Object.keys(seen).sort()).toEqual([
      'changes a row',
      'changes a row of a feed',
      'changes the state',
      'counts one more',
      'leaves a row over',
      'removes a row',
      'removes a row of a feed',
      'sets the guard back',
    ])
  })
})

function expectRows(
  { rows, commits }: Side & { commits: readonly Commit[] },
  one: Generation<unknown, Event>,
) {
  const id = generationId(one)
  const streams = [...new Set(commits.map(({ stream }) => stream))].filter(
    (stream) => parseStreamName(stream).aggregate === one.projection.aggregate,
  )
  const wanted = streams.flatMap((stream) => {
    const fold = foldOf(
      one,
      stream,
      commits.filter((commit) => commit.stream === stream),
    )
    return [...fold.rows, ...fold.feed]
  })
  const sorted = (some: readonly RowItem[]) => some.map(nameOf).sort()
  expect(sorted(rows.rows().filter(({ PK }) => PK.startsWith(`${id}#`)))).toEqual(sorted(wanted))
}
