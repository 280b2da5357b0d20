import { describe, expect, it } from 'vitest'
import { replayClean } from '../../../../infra/cli/ops/replay-clean.ts'
import { replayStart } from '../../../../infra/cli/ops/replay-start.ts'
import { replayCancel, replayStatus } from '../../../../infra/cli/ops/replay-status.ts'
import { replayRollback, replaySwitch } from '../../../../infra/cli/ops/replay-switch.ts'
import { verify } from '../../../../infra/cli/ops/verify.ts'
import { guardKey } from '../../../../projections/engine/projection.ts'
import { fleetVersions } from '../../../kit/fleet/fleet.ts'
import { planned, wrecked } from '../../../kit/fleet/stored-history.ts'
import { opsSide } from '../../../kit/memory/ops.ts'

const at = '2026-01-01T00:00:00.000Z'
const voyages = ['voyages']

/** Seven voyages that the first generation shows, and the first event of an eighth that it lacks. */
async function withVoyages() {
  const side = opsSide()
  for (let n = 1; n <= 7; n++) {
    await side.appendStored(`voyage-${n}`, at, planned)
    await fleetVersions.generationsOf('voyage')[0]?.catchUp(`voyage-${n}`, side.options)
  }
  await side.appendStored('voyage-8', at, planned)
  await side.appendStored('sailor-1', at, { type: 'SailorRetired', schema: 1, data: {} })
  const has = async (id: string, stream: `voyage-${number}`) =>
    (await side.rows.readGuard(guardKey(id, stream))).guard !== undefined
  const live = async () => Object((await side.run(replayStatus, voyages)).json).live
  return { ...side, has, live }
}

describe('a replay', () => {
  it('builds a generation, switches to it, rolls back, and is cleaned up', async () => {
    const { run, has, live, clock, rows } = await withVoyages()
    const started = await run(replayStart, voyages, { segments: '3' })
    expect(started).toMatchObject({
      failed: false,
      json: { generation: 'voyages.v1.2', outcome: 'built', commits: 9, parked: 0 },
    })
    expect(started.told).toEqual([expect.stringContaining('builds voyages.v1.2, in 3 segments')])
    for (let n = 1; n <= 8; n++) expect(await has('voyages.v1.2', `voyage-${n}`)).toBe(true)
    expect(rows.counters().filter(({ PK }) => PK === 'tally#voyages.v1.2#days').length).toBeGreaterThan(0)

    expect(await run(replayStatus, voyages)).toMatchObject({
      json: {
        live: 'voyages.v1.1',
        removing: [],
        generations: [
          { id: 'voyages.v1.1', status: 'built', role: 'live' },
          { id: 'voyages.v1.2', status: 'built', role: '', replay: { segments: 3, done: 3, commits: 9 } },
        ],
      },
      text: expect.stringContaining('segments 3 of 3, commits 9, parked 0'),
    })

    expect((await run(replaySwitch, voyages)).json).toMatchObject({ live: 'voyages.v1.2' })
    expect(await live()).toBe('voyages.v1.2')
    expect((await run(replayRollback, voyages)).json).toMatchObject({ live: 'voyages.v1.1' })
    await expect(run(replaySwitch, voyages)).rejects.toThrow(
      'only the previous generation voyages.v1.2 is built. Return to it with: replay rollback voyages',
    )
    expect((await run(replayRollback, voyages)).json).toMatchObject({ live: 'voyages.v1.2' })

    await expect(run(replayClean, voyages)).rejects.toThrow('may still be read for 15 s')
    await clock.sleep(15_000)
    const began = clock.elapsed()
    const cleaned = await run(replayClean, voyages)
    expect(cleaned.json).toMatchObject([{ generation: 'voyages.v1.1' }])
    expect(clock.elapsed() - began).toBeGreaterThanOrEqual(70_000)
    expect(await has('voyages.v1.1', 'voyage-1')).toBe(false)
    expect(await has('voyages.v1.2', 'voyage-1')).toBe(true)
    await expect(run(replayRollback, voyages)).rejects.toThrow('no generation to roll back to')
    expect((await run(replayClean, voyages)).text).toBe('There is nothing to clean up.')
  })

  it('that was stopped resumes, in the same number of segments', async () => {
    const { run, ports } = await withVoyages()
    const stopped = new AbortController()
    let pages = 0
    const scanOf: typeof ports.scanOf = (segment, segments) => {
      const scan = ports.scanOf(segment, segments)
      return {
        async page(...args) {
          pages += 1
          if (pages === 2) stopped.abort()
          return scan.page(...args)
        },
      }
    }
    const first = await run(replayStart, voyages, { segments: '1' }, { scanOf }, stopped.signal)
    expect(first).toMatchObject({ failed: true, json: { outcome: 'stopped', commits: 3 } })
    const again = await run(replayStart, voyages, { segments: '5' })
    expect(again).toMatchObject({ json: { outcome: 'built', commits: 6 } })
    expect(again.told).toEqual(['resumes voyages.v1.2, in 1 segments'])
  })

  it('that is cancelled is never switched to, and is cleaned up', async () => {
    const { run, has, ports, clock, rows } = await withVoyages()
    let pages = 0
    const scanOf: typeof ports.scanOf = (segment, segments) => {
      const scan = ports.scanOf(segment, segments)
      return {
        async page(...args) {
          pages += 1
          if (pages === 2) await run(replayCancel, voyages)
          // The list is read every two seconds.
          await clock.sleep(2_000)
          return scan.page(...args)
        },
      }
    }
    expect(await run(replayStart, voyages, { segments: '1' }, { scanOf })).toMatchObject({
      failed: true,
      json: { outcome: 'cancelled', commits: 3 },
    })
    // No stream of the second page was written.
    expect(rows.rows().filter(({ PK }) => PK === 'voyages.v1.2#voyages-of#ann')).toHaveLength(3)
    await expect(run(replaySwitch, voyages)).rejects.toThrow('no other generation of voyages is built')
    await expect(run(replayCancel, voyages)).rejects.toThrow('no generation of voyages is being built')
    expect(await has('voyages.v1.2', 'voyage-1')).toBe(true)
    await run(replayClean, voyages)
    expect(await has('voyages.v1.2', 'voyage-1')).toBe(false)
    expect(await run(replayStart, voyages)).toMatchObject({ json: { generation: 'voyages.v1.3' } })
  })

  it('that wrote to a generation after its clean-up leaves only items that the next clean-up removes', async () => {
    const { run, rows, options, ports } = await withVoyages()
    const late = fleetVersions.newestOf('voyages').generation(7)
    await late.catchUp('voyage-1', options)
    const parked = { error: 'unreadable', at }
    const key = guardKey(late.id, 'voyage-2')
    const to = { version: 0, state: '{}', parked }
    await rows.move({ key, from: { version: 0 }, to, put: [], remove: [], counters: [] })
    const cleaned = await run(replayClean, voyages)
    expect(cleaned.json).toEqual([{ generation: late.id, removed: 6 }])
    expect((await ports.index.parkedKeys()).keys).toEqual([])
    expect(rows.rows().filter(({ PK }) => PK.startsWith(late.id))).toEqual([])
    expect(rows.rows().length).toBeGreaterThan(0)
  })

  it('is not switched to if it differs from the events', async () => {
    const { run, rows, live, options } = await withVoyages()
    await run(replayStart, voyages)
    const key = guardKey('voyages.v1.2', 'voyage-3')
    const { guard } = await rows.readGuard(key)
    const state = JSON.stringify({ ...JSON.parse(guard?.state ?? '{}'), name: 'Spoilt' })
    const at1 = { version: 1 }
    await rows.move({ key, from: at1, to: { ...at1, state }, put: [], remove: [], counters: [] })
    expect(await run(replaySwitch, voyages)).toMatchObject({
      failed: true,
      json: { live: 'voyages.v1.1', refused: ['streams that differ from their events: 1'] },
    })
    await fleetVersions.generationsOf('voyage')[0]?.catchUp('voyage-8', options)
    // No query reads it, so differences are shown but do not count as failures.
    const verified = await run(verify, voyages)
    expect(verified).toMatchObject({
      failed: false,
      json: { clean: true, generations: [{ clean: true }, { generation: 'voyages.v1.2', clean: false }] },
    })
    expect(verified.text).toContain('voyages.v1.2, unread: no query reads it: ')
    expect(verified.text).toContain(
      'abandon it with replay cancel voyages, then build another with replay start voyages',
    )
    expect(await live()).toBe('voyages.v1.1')
  })

  it('is caught up with missed events before the switch', async () => {
    const { run, has, appendStored, live } = await withVoyages()
    await run(replayStart, voyages)
    await appendStored('voyage-9', at, planned)
    expect(await run(replaySwitch, voyages)).toMatchObject({ json: { live: 'voyages.v1.2' } })
    expect(await has('voyages.v1.2', 'voyage-9')).toBe(true)
    expect(await live()).toBe('voyages.v1.2')
  })

  it.each([
    ['in neither', false, 'voyages.v1.2'],
    ['also in the live one', true, 'voyages.v1.2'],
  ])('whose streams are parked %s', async (_, parkedInBoth, live) => {
    const { run, appendStored, options } = await withVoyages()
    if (parkedInBoth) {
      await appendStored('voyage-9', at, wrecked)
      await fleetVersions.generationsOf('voyage')[0]?.catchUp('voyage-9', options)
    }
    await run(replayStart, voyages)
    if (parkedInBoth) {
      const refused = await run(replaySwitch, voyages)
      expect(refused).toMatchObject({
        failed: true,
        json: { live: 'voyages.v1.1', refused: ['streams parked in both generations: 1'] },
      })
      expect(refused.text).toContain('parked in both generations: voyage-9\n')
      expect(refused.text).toContain('replay switch voyages --accept-parked')
    }
    const switched = await run(replaySwitch, voyages, { acceptParked: true })
    expect(switched.json).toMatchObject({ live })
    if (parkedInBoth) expect(switched.text).toContain('parked streams: voyage-9')
  })

  it('is not switched to if a stream is parked that is not parked in the live one', async () => {
    const { run, appendStored, live } = await withVoyages()
    await appendStored('voyage-9', at, wrecked)
    await run(replayStart, voyages)
    expect(await run(replaySwitch, voyages)).toMatchObject({
      json: { refused: ['streams that are parked here but not in voyages.v1.1: 1'] },
    })
    expect(await live()).toBe('voyages.v1.1')
  })

  it('that is stopped within a page resumes after the last finished stream', async () => {
    const { run, ports, rows, appendStored } = opsSide()
    for (let n = 100; n < 300; n++) await appendStored(`voyage-${n}`, at, planned)
    const stopped = new AbortController()
    const written: string[] = []
    const counting: typeof rows = {
      ...rows,
      async move(move) {
        written.push(move.key.PK)
        if (written.length === 70) stopped.abort()
        return rows.move(move)
      },
    }
    const scanOf: typeof ports.scanOf = () => ports.scan
    const over = { rows: counting, scanOf }
    const first = await run(replayStart, voyages, { segments: '1' }, over, stopped.signal)
    expect(first).toMatchObject({ failed: true, json: { outcome: 'stopped' } })
    const finished = Object(first.json).commits
    expect(finished).toBeGreaterThanOrEqual(64)
    expect(finished).toBeLessThan(80)
    expect(Object((await run(replayStatus, voyages)).json).generations[1].replay.commits).toBe(finished)
    const again = await run(replayStart, voyages, {}, over)
    expect(again).toMatchObject({ json: { outcome: 'built', commits: 200 - finished } })
    expect(new Set(written).size).toBe(200)
    expect(written).toHaveLength(200)
  })

  it('that is stopped while it limits its speed ends within a second', async () => {
    const { run, clock } = await withVoyages()
    const stopped = new AbortController()
    const { sleep } = clock
    const began = clock.elapsed()
    const stopping = {
      ...clock,
      async sleep(milliseconds: number) {
        if (clock.elapsed() - began > 5000) stopped.abort()
        await sleep(milliseconds)
      },
    }
    const over = { clock: stopping }
    const result = await run(replayStart, voyages, { speed: '1', segments: '1' }, over, stopped.signal)
    expect(result).toMatchObject({ json: { outcome: 'stopped' } })
    expect(clock.elapsed() - began).toBeLessThan(6500)
  })

  it('reports while an older generation is kept that a clean-up must precede the switch', async () => {
    const { run, clock } = await withVoyages()
    await run(replayStart, voyages)
    await run(replaySwitch, voyages)
    const { told } = await run(replayStart, voyages)
    expect(told[0]).toBe(
      'voyages.v1.1 is kept for a rollback. Before the switch, remove it with: replay clean voyages',
    )
    await expect(run(replaySwitch, voyages)).rejects.toThrow(
      'voyages.v1.1 is still kept for a rollback. Remove it with replay clean voyages, then switch to voyages.v1.3',
    )
    await clock.sleep(15_000)
    await run(replayClean, voyages)
    expect((await run(replaySwitch, voyages)).json).toMatchObject({ live: 'voyages.v1.3' })
  })

  it('that was built and never read is abandoned by replay cancel', async () => {
    const { run } = await withVoyages()
    await run(replayStart, voyages)
    expect((await run(replayCancel, voyages)).json).toEqual({
      generation: 'voyages.v1.2',
      status: 'abandoned',
    })
    await expect(run(replaySwitch, voyages)).rejects.toThrow('no other generation of voyages is built')
  })

  it('is cleaned up on a local cloud as soon as earlier invocations have ended', async () => {
    const { run, clock, has } = await withVoyages()
    await run(replayStart, voyages)
    await run(replaySwitch, voyages)
    await clock.sleep(15_000)
    const began = clock.now()
    // An earlier invocation runs for six seconds; others follow it.
    const oldestInvocation = async () =>
      clock.now() - began < 6000 ? began - 10 : clock.now() - began < 8000 ? clock.now() : undefined
    await run(replayClean, voyages, {}, { oldestInvocation })
    expect(clock.now() - began).toBeGreaterThanOrEqual(6000)
    expect(clock.now() - began).toBeLessThan(7000)
    expect(await has('voyages.v1.1', 'voyage-1')).toBe(false)
  })

  it('is cleaned up on a local cloud only after operators have read the list again', async () => {
    const { run, clock } = await withVoyages()
    await run(replayStart, voyages)
    await run(replaySwitch, voyages)
    await clock.sleep(15_000)
    const began = clock.now()
    await run(replayClean, voyages, {}, { oldestInvocation: async () => undefined })
    expect(clock.now() - began).toBeGreaterThanOrEqual(3000)
    expect(clock.now() - began).toBeLessThan(4000)
  })

  it('shows the streams that are parked now, not earlier ones', async () => {
    const { run, rows, appendStored } = await withVoyages()
    await appendStored('voyage-9', at, wrecked)
    await run(replayStart, voyages)
    const parkedOf = async () => Object((await run(replayStatus, voyages)).json).generations[1].replay.parked
    expect(await parkedOf()).toBe(1)
    const key = guardKey('voyages.v1.2', 'voyage-9')
    const { guard } = await rows.readGuard(key)
    const to = { version: 1, state: guard?.state ?? '' }
    await rows.move({ key, from: { version: 0 }, to, put: [], remove: [], counters: [] })
    expect(await parkedOf()).toBe(0)
  })

  it('is shown and cancelled without the code of any feature', async () => {
    const { run } = await withVoyages()
    await run(replayStart, voyages)
    const broken = { code: () => Promise.reject(new Error('this checkout cannot be loaded')) }
    expect((await run(replayStatus, voyages, {}, broken)).json).toMatchObject({ live: 'voyages.v1.1' })
    expect((await run(replayCancel, voyages, {}, broken)).json).toMatchObject({ generation: 'voyages.v1.2' })
  })

  it('parks a stream that cannot be shown, and reports that', async () => {
    const { run, appendStored } = await withVoyages()
    await appendStored('voyage-9', at, wrecked)
    expect(await run(replayStart, voyages)).toMatchObject({ json: { outcome: 'built', parked: 1 } })
  })

  it('recognises a change of the list whose answer was lost, and makes it once', async () => {
    const { run, live, ports } = await withVoyages()
    let lost = 0
    const lists: typeof ports.lists = {
      ...ports.lists,
      async move(...args) {
        lost += 1
        return { ...(await ports.lists.move(...args)), outcome: 'again' }
      },
    }
    expect(await run(replayStart, voyages, {}, { lists })).toMatchObject({ json: { outcome: 'built' } })
    await run(replaySwitch, voyages, {}, { lists })
    expect(await live()).toBe('voyages.v1.2')
    await run(replayRollback, voyages, {}, { lists })
    expect(await live()).toBe('voyages.v1.1')
    // Started, built, switched and rolled back.
    expect(lost).toBe(4)
  })

  it('limits its speed', async () => {
    const { run, clock } = await withVoyages()
    const began = clock.elapsed()
    const { json } = await run(replayStart, voyages, { speed: '10' })
    const seconds = (clock.elapsed() - began) / 1000
    expect(Object(json).writeUnits / seconds).toBeLessThanOrEqual(11)
    expect(Object(json).writeUnits).toBeGreaterThan(10)
  })

  it.each([
    [
      replayStart,
      ['nothing'],
      {},
      'there is no projection nothing. The projections are voyages, cabins, sailors',
    ],
    [replayStart, [], {}, 'give one PROJECTION'],
    [replayStart, voyages, { segments: '0' }, '--segments is a whole number from 1 to 64'],
    [replayStart, voyages, { speed: 'fast' }, '--speed is a whole number from 1 to 1000000'],
    [replaySwitch, voyages, {}, 'no other generation of voyages is built'],
    [replayRollback, voyages, {}, 'there is no generation to roll back to'],
    [replayCancel, voyages, {}, 'no generation of voyages is being built'],
  ])('says in one line what is wrong', async (command, operands, options, message) => {
    const { run } = await withVoyages()
    await expect(run(command, operands, options)).rejects.toThrow(message)
  })
})
