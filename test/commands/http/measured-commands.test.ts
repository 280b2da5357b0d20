import { describe, expect, it } from 'vitest'
import { fleetBackend } from '../../kit/fleet/backend.ts'

describe('a command', () => {
  it('is counted with its events when it is accepted', async () => {
    const { command, measured } = fleetBackend()
    await command('ann', 'plan-voyage', { name: 'North' })
    expect(measured).toEqual([
      { values: { EventsAppended: 1 }, fields: { command: 'plan-voyage', outcome: 'accepted' } },
    ])
  })

  it.each([
    ['the contract', { name: '' }],
    ['a rule', { name: 'North', voyageId: 'unknown' }],
  ])('is counted as rejected when %s refuses it', async (_, body) => {
    const { command, measured } = fleetBackend()
    const name = 'voyageId' in body ? 'rename-voyage' : 'plan-voyage'
    expect((await command('ann', name, body)).status).toBeLessThan(500)
    expect(measured).toEqual([
      { values: { CommandsRejected: 1 }, fields: { command: name, outcome: 'rejected' } },
    ])
  })

  it('is counted as failed when the API answers a 5xx', async () => {
    const { command, measured, table } = fleetBackend()
    await command('ann', 'plan-voyage', { name: 'North' })
    table.putNew = () => Promise.reject(new Error('The store is down'))
    expect((await command('ann', 'plan-voyage', { name: 'South' })).status).toBe(500)
    expect(measured.at(-1)).toEqual({
      values: { CommandsFailed: 1 },
      fields: { command: 'plan-voyage', outcome: 'failed' },
    })
  })
})
