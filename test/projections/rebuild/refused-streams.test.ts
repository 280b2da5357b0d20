import { describe, expect, it } from 'vitest'
import { validationException } from '../../../commands/aws/dynamo-limits.ts'
import type { StreamName } from '../../../domain/kernel/stream.ts'
import { projectBatch } from '../../../projections/delivery/project-batch.ts'
import { guardKey } from '../../../projections/engine/projection.ts'
import type { RowStore } from '../../../projections/engine/row-store.ts'
import { withBuild } from '../../../projections/generations/generation-list.ts'
import { createMemoryGenerationLists } from '../../../projections/generations/memory-generation-lists.ts'
import { createMemoryCheckpoints } from '../../../projections/rebuild/replay/memory-checkpoints.ts'
import { replay } from '../../../projections/rebuild/replay/replay.ts'
import { verify } from '../../../projections/rebuild/verification/verify.ts'
import { createMemoryCommitScan } from '../../../projections/rebuild/walk/memory-commit-scan.ts'
import { fleetVersions } from '../../kit/fleet/fleet.ts'
import { planned } from '../../kit/fleet/history.ts'
import { readSide } from '../../kit/memory/read-side.ts'

const long: StreamName = `voyage-${'x'.repeat(2_036)}`
const streams: StreamName[] = ['voyage-1', 'voyage-2', long, 'voyage-3']
const first = fleetVersions.newestOf('voyages').generation(1)
const second = fleetVersions.newestOf('voyages').generation(2)

/** Four voyages. The read model refuses every write of the second, and can store no guard of the third. */
async function setUp() {
  const side = readSide()
  const { rows, clock } = side
  const commits = []
  for (const stream of streams) commits.push(await side.append(stream, planned))
  const refusing: RowStore = {
    ...rows,
    async move(move) {
      if (move.put.length > 0 && move.key.PK.endsWith('#voyage-2')) throw validationException('refused')
      return rows.move(move)
    },
  }
  const lists = createMemoryGenerationLists()
  const list = fleetVersions.listOf('voyages', new Map())
  await lists.move('voyages', withBuild(list, 1, 1, () => second.id).list)
  const options = { ...side.options, rows: refusing, versions: fleetVersions, lists, clock }
  const guard = async (id: string, stream: StreamName) => (await rows.readGuard(guardKey(id, stream))).guard
  return { ...side, options, commits, guard }
}

describe('a stream whose rows the read model refuses', () => {
  it('is parked by live delivery, and the others are projected', async () => {
    const { options, commits, guard } = await setUp()
    const parked: string[] = []
    const deliveries = commits.map((commit, n) => ({ ...commit, commit, sequenceNumber: `${n}` }))
    const failures = await projectBatch(deliveries, {
      ...options,
      generations: async () => () => [first],
      onCaughtUp: (_, stream, result) => result.parked !== undefined && parked.push(stream),
    })
    expect(failures).toEqual([])
    expect(parked.sort()).toEqual(['voyage-2', long])
    expect(await guard(first.id, 'voyage-2')).toMatchObject({
      version: 0,
      parked: { error: 'ValidationException: refused' },
    })
    expect(await guard(first.id, 'voyage-3')).toMatchObject({ version: 1 })
  })

  it('is parked by a replay, which still ends as built', async () => {
    const { options, table, guard } = await setUp()
    let parked = 0
    const outcome = await replay(second, {
      ...options,
      checkpoints: createMemoryCheckpoints(),
      scanOf: () => createMemoryCommitScan(table),
      segments: 1,
      signal: new AbortController().signal,
      onProgress: (progress) => {
        parked = progress.parked
      },
    })
    expect([outcome, parked]).toEqual(['built', 2])
    expect(await guard(second.id, 'voyage-2')).toMatchObject({ version: 0, parked: { version: 1 } })
    expect(await guard(second.id, 'voyage-3')).toMatchObject({ version: 1 })
  })

  it('is a finding of a verification, which compares all others', async () => {
    const { options, table, clock } = await setUp()
    clock.setNow(clock.now() + 60_000)
    const scan = createMemoryCommitScan(table)
    const { findings, streams: count, repaired } = await verify(first, { ...options, scan, repair: true })
    expect(count).toBe(4)
    expect(repaired.streams).toBe(2)
    expect(findings.map(({ stream, found }) => [stream, found]).sort()).toEqual([
      ['voyage-2', 'parked'],
      [long, 'uncompared'],
    ])
  })
})
