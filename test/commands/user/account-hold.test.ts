import { describe, expect, it } from 'vitest'
import { accountHolds } from '../../../commands/account-holds.ts'
import { holdOn } from '../../../commands/user/account-hold.ts'
import { noCost } from '../../../domain/kernel/cost.ts'
import { ample } from '../../kit/memory/read-side.ts'

const lamps = { set: (userId: string) => `lamps-of-${userId}`, rule: 'owns-lamps', detail: 'Sell them.' }
const boats = { set: (userId: string) => `boats-of-${userId}`, rule: 'owns-boats', detail: 'Sell them too.' }

/** Reservations in which only these sets are not empty. */
function holding(...sets: readonly string[]) {
  return {
    isEmpty: async (set: string) => ({ empty: !sets.includes(set), cost: { ...noCost, requests: 1 } }),
  }
}

describe('the holds on an account', () => {
  it('are none while every set of the person is empty', async () => {
    const { hold, cost } = await holdOn('ann', [lamps, boats], holding('lamps-of-bob'), ample)
    expect(hold).toBeUndefined()
    expect(cost.requests).toBe(2)
  })

  it('are named by the first set that is not empty', async () => {
    expect((await holdOn('ann', [lamps, boats], holding('boats-of-ann'), ample)).hold).toBe(boats)
    expect((await holdOn('ann', [lamps, boats], holding('boats-of-ann', 'lamps-of-ann'), ample)).hold).toBe(
      lamps,
    )
  })

  it('cost nothing if there are none', async () => {
    expect(await holdOn('ann', [], holding('lamps-of-ann'), ample)).toEqual({
      hold: undefined,
      cost: noCost,
    })
  })

  it('have their own rules, and their own sets', () => {
    expect(new Set(accountHolds.map(({ rule }) => rule)).size).toBe(accountHolds.length)
    expect(new Set(accountHolds.map(({ set }) => set('ann'))).size).toBe(accountHolds.length)
  })
})
