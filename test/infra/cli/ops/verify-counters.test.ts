import { describe, expect, it } from 'vitest'
import { guardKey } from '../../../../projections/engine/projection.ts'
import { planned, renamed, wrecked } from '../../../kit/fleet/stored-history.ts'
import { at, days, deliveredSide, id, later, movedBefore } from '../../../kit/memory/verify-side.ts'

describe('the counters', () => {
  const counter = (counted: number, found: number) => ({
    partition: days,
    sort: '2025-12-01',
    counted: { voyages: counted },
    found: { voyages: found },
  })

  it('are different unless they are the sum over the streams, and are not repaired', async () => {
    const { verified, tamper } = await deliveredSide()
    await tamper('voyage-1', { amounts: { voyages: 1 } })
    for (const repair of [false, true]) {
      const result = await verified({ repair })
      expect(result).toMatchObject({ failed: true, findings: [], tallies: { different: [counter(2, 3)] } })
      expect(result.text).toMatch(/2025-12-01 +COUNTER DIFFERS +counted {"voyages":2}, found {"voyages":3}$/m)
      expect(result.text).toContain('build a new generation with replay start voyages, then replay switch')
    }
  })

  it('are found different even if a stream that counts there grows meanwhile', async () => {
    const { verified, tamper, appendStored, catchUp, rows } = await deliveredSide()
    await tamper('voyage-1', { amounts: { voyages: 1 } })
    const moving = movedBefore(rows, 'sums', async (call) => {
      await appendStored('voyage-1', later, renamed(`${call}`))
      await catchUp('voyage-1')
    })
    expect((await verified({}, { rows: moving })).tallies).toMatchObject({
      different: [counter(2, 3)],
      moved: [],
    })
  })

  it('are compared again if a stream has counted meanwhile', async () => {
    const { verified, appendStored, catchUp, rows } = await deliveredSide()
    const moving = movedBefore(rows, 'sums', async (call) => {
      if (call > 1) return
      await appendStored('voyage-3', at, planned)
      await catchUp('voyage-3')
    })
    const result = await verified({}, { rows: moving })
    expect(result).toMatchObject({ failed: false, tallies: { different: [], moved: [] } })
  })

  it('are not compared if a stream counts during every attempt', async () => {
    const { verified, appendStored, catchUp, rows } = await deliveredSide()
    let made = 10
    const moving = movedBefore(rows, 'sums', async () => {
      made += 1
      await appendStored(`voyage-${made}`, at, planned)
      await catchUp(`voyage-${made}`)
    })
    const result = await verified({}, { rows: moving })
    expect(result).toMatchObject({
      failed: true,
      tallies: { different: [], moved: [{ sort: '2025-12-01' }] },
    })
    expect(result.text).toContain('NOT COMPARED: it moved')
  })

  it('are different if no stream counts for them', async () => {
    const { verified, rows } = await deliveredSide()
    const key = guardKey(id, 'voyage-1')
    const { guard } = await rows.readGuard(key)
    if (guard === undefined) throw new Error('the stream was delivered')
    const counters = [{ PK: days, SK: '2025-11-30#3', amounts: { voyages: 1 } }]
    await rows.move({ key, from: { version: 5 }, to: guard, put: [], remove: [], counters })
    const different = [{ partition: days, sort: '2025-11-30', counted: {}, found: { voyages: 1 } }]
    expect((await verified()).tallies).toMatchObject({ compared: 2, different })
  })

  it('count a stream up to its guard, even if it is behind or parked', async () => {
    const { verified, appendStored, catchUp } = await deliveredSide()
    await appendStored('voyage-1', at, wrecked, planned)
    await catchUp('voyage-1')
    await appendStored('voyage-3', at, planned)
    const result = await verified()
    expect(result).toMatchObject({ found: { parked: 1, behind: 1 }, tallies: { different: [], moved: [] } })
    expect(result.tallies.uncompared).toBeUndefined()
  })
})
