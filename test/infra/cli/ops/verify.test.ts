import { describe, expect, it } from 'vitest'
import { Problem } from '../../../../domain/kernel/problem.ts'
import { verify } from '../../../../infra/cli/ops/verify.ts'
import { guardKey } from '../../../../projections/engine/projection.ts'
import type { RowStore } from '../../../../projections/engine/row-store.ts'
import { createMemoryCommitScan } from '../../../../projections/rebuild/walk/memory-commit-scan.ts'
import { left, planned, renamed, wrecked } from '../../../kit/fleet/stored-history.ts'
import { opsSide } from '../../../kit/memory/ops.ts'
import { at, deliveredSide, id, movedBefore, verifySide } from '../../../kit/memory/verify-side.ts'

describe('verify', () => {
  it('finds nothing if every commit was delivered, even with streams of other categories', async () => {
    const { verified, appendStored } = await deliveredSide()
    await appendStored('sailor-1', at, wrecked)
    const result = await verified()
    expect(result).toMatchObject({ failed: false, generation: id, streams: 2, events: 10, findings: [] })
    expect(result.tallies).toEqual({ compared: 1, different: [], moved: [] })
    expect(result.text).toContain(', counters 1; 28 read units\nNothing differs.')
  })

  it('finds nothing in an empty store', async () => {
    expect(await verifySide().verified()).toMatchObject({ failed: false, streams: 0, findings: [] })
  })

  it('finds a stream that was never delivered, which has no guard, and repairs it', async () => {
    const { verified, appendStored, rowsIn } = await deliveredSide()
    await appendStored('voyage-3', at, planned)
    await appendStored('voyage-3', at, renamed('Map'))
    const found = { stream: 'voyage-3', found: 'behind', version: 0, end: 2, details: [] }
    const result = await verified()
    expect(result).toMatchObject({ failed: true, findings: [found] })
    expect(result.text).toMatch(/^voyage-3 +BEHIND +at 0 of 2$/m)
    expect(await verified({ repair: true })).toMatchObject({
      failed: false,
      findings: [],
      repaired: { streams: 1, feedRows: 0 },
    })
    expect(rowsIn('log-of#3')).toHaveLength(2)
    expect(await verified()).toMatchObject({ failed: false, streams: 3 })
  })

  it('waits for events that are still under way, and only then reports them as behind', async () => {
    const { verified, appendStored, catchUp, clock } = await deliveredSide()
    const now = () => new Date(clock.now()).toISOString()
    await appendStored('voyage-1', now(), renamed('Now'))
    let slept = 0
    const sleep = async (ms: number) => {
      await clock.sleep(ms)
      slept += 1
      if (slept === 3) await catchUp('voyage-1')
    }
    // Events that arrive without help do not count as repaired.
    const waited = await verified({ repair: true }, { clock: { ...clock, sleep } })
    expect(waited).toMatchObject({ failed: false, repaired: { streams: 0 } })
    await appendStored('voyage-1', now(), renamed('Then'))
    const began = clock.elapsed()
    expect(await verified()).toMatchObject({ found: { behind: 1 } })
    expect(clock.elapsed() - began).toBeGreaterThanOrEqual(3000)
  })

  it('finds rows that are missing, wrong or left over, names them, and does not change them', async () => {
    const { verified, rows, rowsIn, tamper } = await deliveredSide()
    const eve = `${id}#voyages-of#eve`
    const [bob] = rowsIn('voyages-of#bob').filter(({ SK }) => SK.endsWith('voyage-1'))
    const [person] = rowsIn('crew-of#1').filter(({ SK }) => SK.includes('#bob#'))
    if (bob === undefined || person === undefined) throw new Error('Bob was added')
    const over = { ...bob, PK: eve }
    await rows.put([over, { ...person, data: JSON.stringify({ ...JSON.parse(person.data), role: 'mate' }) }])
    await tamper('voyage-1', { remove: [bob] })
    const details = [
      `missing: ${bob.PK} ${bob.SK}`,
      `wrong: ${person.PK} ${person.SK}: role is "mate", expected "hand"`,
      `left over: ${eve} ${bob.SK}`,
    ]
    const found = { stream: 'voyage-1', found: 'different', version: 5, end: 5, details }
    for (const repair of [false, true]) {
      const result = await verified({ repair })
      expect(result).toMatchObject({ failed: true, findings: [found], repaired: { streams: 0, feedRows: 0 } })
      expect(result.text).toContain('build a new generation with replay start voyages, then replay switch')
      expect(result.text).not.toContain('--repair')
    }
    expect(rowsIn('voyages-of#eve')).toEqual([over])
  })

  it('names the fields in which a state differs', async () => {
    const { verified, rows } = await deliveredSide()
    const key = guardKey('voyages.v1.1', 'voyage-1')
    const { guard } = await rows.readGuard(key)
    if (guard === undefined) throw new Error('the stream was delivered')
    const state = JSON.stringify({ ...JSON.parse(guard.state), name: 'Spoilt', extra: 1 })
    await rows.move({ key, from: guard, to: { ...guard, state }, put: [], remove: [], counters: [] })
    const [finding] = (await verified()).findings
    expect(finding?.details).toEqual([
      expect.stringMatching(/^the state: name is "Spoilt", expected "/),
      'the state: extra is 1, expected missing',
    ])
  })

  it('ignores the order of fields', async () => {
    const { verified, rows, rowsIn } = await deliveredSide()
    const reversed = rowsIn('crew-of#1').map((row) => {
      return {
        ...row,
        data: JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(row.data)).reverse())),
      }
    })
    await rows.put(reversed)
    expect(await verified()).toMatchObject({ failed: false })
  })

  it('puts missing rows of a feed, and does not change wrong ones', async () => {
    const { verified, rows, rowsIn, tamper } = await deliveredSide()
    const feed = rowsIn('log-of#1')
    await tamper('voyage-1', { remove: feed.slice(1, 3) })
    const missing = feed.slice(1, 3).map(({ PK, SK }) => `missing: ${PK} ${SK}`)
    expect(await verified()).toMatchObject({
      failed: true,
      findings: [{ stream: 'voyage-1', found: 'feed', version: 5, details: missing }],
    })
    expect(await verified({ repair: true })).toMatchObject({ failed: false, repaired: { feedRows: 2 } })
    expect(
      rowsIn('log-of#1')
        .map(({ data }) => data)
        .sort(),
    ).toEqual(feed.map(({ data }) => data).sort())

    const [wrong] = feed.map((row) => ({ ...row, data: '{}' }))
    if (wrong === undefined) throw new Error('there is a feed')
    await rows.put([wrong])
    const details = [expect.stringContaining(`wrong: ${wrong.PK} ${wrong.SK}: type is missing, expected "`)]
    expect(await verified({ repair: true })).toMatchObject({ failed: true, findings: [{ details }] })
    // A repair would not help, so the hint does not name it.
    expect((await verified()).text).toMatch(/\nDifferent or wrong: build a new generation with replay start/)
    expect((await verified()).text).not.toContain('--repair')
    expect(rowsIn('log-of#1')).toContainEqual(wrong)
  })

  it('prints the first of many missing rows, and puts all of them', async () => {
    const { verified, appendStored, catchUp, rowsIn, tamper } = verifySide()
    const titles = Array.from({ length: 250 }, (_, index) => renamed(`${index}`))
    await appendStored('voyage-1', at, planned, ...titles.slice(0, 120))
    await appendStored('voyage-1', at, ...titles.slice(120))
    await catchUp('voyage-1')
    const feed = rowsIn('log-of#1').sort((a, b) => (a.SK < b.SK ? -1 : 1))
    for (const missing of [feed.slice(0, 1), feed.slice(90, 180)]) {
      await tamper('voyage-1', { remove: missing })
      const { findings } = await verified()
      expect(findings[0]?.details).toHaveLength(Math.min(11, missing.length))
      expect(findings[0]?.details[10]).toBe(missing.length > 1 ? '80 more' : undefined)
      expect(await verified({ repair: true })).toMatchObject({ repaired: { feedRows: missing.length } })
    }
    expect(rowsIn('log-of#1')).toHaveLength(251)
  })

  it('reports a parked stream as parked, and continues it if this code can', async () => {
    const { verified, appendStored, catchUp, rows } = await deliveredSide()
    await appendStored('voyage-1', at, renamed('Map'), wrecked)
    await catchUp('voyage-1')
    const details = [expect.stringContaining('"VoyageWrecked"')]
    const found = { stream: 'voyage-1', found: 'parked', version: 6, end: 7, details }
    expect(await verified()).toMatchObject({ failed: true, findings: [found] })
    expect(await verified({ repair: true })).toMatchObject({ failed: true, findings: [found] })

    const key = guardKey(id, 'voyage-2')
    const { guard } = await rows.readGuard(key)
    if (guard === undefined) throw new Error('the stream was delivered')
    await appendStored('voyage-2', at, renamed('Map'))
    const to = { ...guard, parked: { error: 'an earlier error', at } }
    await rows.move({ key, from: { version: 5 }, to, put: [], remove: [], counters: [] })
    expect(await verified({ repair: true })).toMatchObject({ found: { parked: 1 }, repaired: { streams: 1 } })
  })

  it('discards the comparison of a stream that moved while its rows were read, and repeats it', async () => {
    const { verified, appendStored, catchUp, rows } = await deliveredSide()
    const moving = movedBefore(rows, 'readRows', async (call) => {
      if (call !== 2) return
      await appendStored('voyage-1', at, left('bob'))
      await catchUp('voyage-1')
    })
    expect(await verified({}, { rows: moving })).toMatchObject({ failed: false, findings: [] })
  })

  it('reports a stream that moves during every attempt as not compared', async () => {
    const { verified, appendStored, catchUp, rows } = await deliveredSide()
    const moving = movedBefore(rows, 'readRows', async () => {
      await appendStored('voyage-1', at, renamed('Map'))
      await catchUp('voyage-1')
    })
    const found = {
      stream: 'voyage-1',
      found: 'uncompared',
      details: ['the stream moved during every comparison'],
    }
    expect(await verified({}, { rows: moving })).toMatchObject({ failed: true, findings: [found] })
  })

  it('reports a stream whose rows could not be read as not compared, and continues with the others', async () => {
    const { verified, rows } = await deliveredSide()
    const failing: RowStore = {
      ...rows,
      async readRows(keys) {
        if (keys.some(({ PK }) => PK.endsWith('#1'))) throw new Problem('unavailable', 'Later.')
        return rows.readRows(keys)
      },
    }
    const findings = [{ stream: 'voyage-1', found: 'uncompared', version: 5, end: 5, details: ['Later.'] }]
    const result = await verified({}, { rows: failing })
    expect(result).toMatchObject({
      failed: true,
      findings,
      streams: 2,
      tallies: { compared: 1, different: [] },
    })
  })

  it('retries catching up if the stores did not answer', async () => {
    const { verified, appendStored, rows } = await deliveredSide()
    await appendStored('voyage-3', at, planned)
    let tries = 0
    const failing: RowStore = {
      ...rows,
      async move(move) {
        tries += 1
        if (tries < 3) throw new Problem('unavailable', 'Later.')
        return rows.move(move)
      },
    }
    const result = await verified({ repair: true }, { rows: failing })
    expect(result).toMatchObject({ failed: false, repaired: { streams: 1 } })
  })

  it('reports why it cannot catch up a stream, and continues with the others', async () => {
    const { verified, appendStored, rows } = await deliveredSide()
    for (const stream of ['voyage-1', 'voyage-2'] as const) await appendStored(stream, at, renamed('Map'))
    const key = guardKey(id, 'voyage-1')
    const broken = { version: 5, state: '{' }
    await rows.move({ key, from: { version: 5 }, to: broken, put: [], remove: [], counters: [] })
    const details = [expect.stringMatching(/JSON/)]
    const findings = [{ stream: 'voyage-1', found: 'behind', version: 5, end: 6, details }]
    const result = await verified({ repair: true })
    expect(result).toMatchObject({ failed: true, repaired: { streams: 1 }, findings })
  })

  it('reports a stream with an invalid guard as not compared, and continues with the others', async () => {
    const { verified, rows } = await deliveredSide()
    const failing: RowStore = {
      ...rows,
      async readGuard(key) {
        if (key.PK.endsWith('voyage-1')) throw new Problem('unreadable', 'That is no guard.')
        return rows.readGuard(key)
      },
    }
    const findings = [{ stream: 'voyage-1', found: 'uncompared', details: ['That is no guard.'] }]
    expect(await verified({}, { rows: failing })).toMatchObject({ failed: true, findings, streams: 2 })
  })

  it('reports a stream as not compared if the generation has passed events that this code cannot fold', async () => {
    const { verified, appendStored, tamper } = await deliveredSide()
    await appendStored('voyage-1', at, wrecked)
    await tamper('voyage-1', { version: 6 })
    const result = await verified()
    const details = [expect.stringMatching(/has folded version 6, but this code cannot: .*"VoyageWrecked"/)]
    expect(result).toMatchObject({ failed: true, findings: [{ found: 'uncompared', version: 6, details }] })
    expect(result.tallies.uncompared).toBeDefined()
  })

  it('finds a guard that is ahead of its stream, as after a restore of the store', async () => {
    const { verified, tamper } = await deliveredSide()
    await tamper('voyage-1', { version: 9 })
    const details = ['the guard is at 9, and the stream ends at 5']
    expect(await verified({ repair: true })).toMatchObject({ findings: [{ found: 'different', details }] })
  })

  it('folds a stream that spans many pages of the walk', async () => {
    const { verified, table, appendStored, catchUp } = await deliveredSide()
    for (let i = 0; i < 30; i++) await appendStored('voyage-1', at, renamed(`${i}`))
    await catchUp('voyage-1')
    for (const pageItems of [1, 3, 7])
      expect(await verified({}, { scan: createMemoryCommitScan(table, { limit: pageItems }) })).toMatchObject(
        {
          failed: false,
          streams: 2,
          events: 40,
        },
      )
  })

  it('reports its progress if it takes long', async () => {
    const { verified, clock } = await deliveredSide()
    let elapsed = 0
    const slow = { ...clock, elapsed: () => (elapsed += 6000) }
    const { told } = await verified({}, { clock: slow })
    expect(told).toHaveLength(2)
    expect(told[1]).toMatch(/^voyages\.v1\.1: 2 streams compared, \d+ a second$/)
  })

  it('lists the projections if the given one is unknown', async () => {
    const { run } = opsSide()
    await expect(run(verify, ['invoices'])).rejects.toThrow(
      'there is no projection invoices. The projections are voyages, cabins, sailors',
    )
    await expect(run(verify, [])).rejects.toThrow('give one PROJECTION, and nothing else')
  })
})

describe('the cost of a verification', () => {
  it('is one read for each page, guard, row and counter', async () => {
    const { verified } = await deliveredSide()
    // Each stream has its guard twice, 5 rows of a feed, the 4 rows of Ann and Bob, and the 2 that Eve had.
    const units = 1 + 2 * (2 + 5 + 4 + 2) + 1
    expect((await verified()).cost).toMatchObject({ readUnits: units, writeUnits: 0 })
  })
})
