import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { fleetApp } from '../simulation/fleet.ts'
import { simulateAll } from '../simulation/schedules.ts'
import { simulate } from '../simulation/simulate.ts'

/** Number of schedules. `npm run verify` runs many more. */
const count = Number(process.env['SCHEDULES'] ?? 500)

it(
  'any schedule of a whole backend, with everything that can go wrong, keeps every law',
  async () => {
    const seed = randomUUID().slice(0, 8)
    const all = await simulateAll((one) => simulate(fleetApp, one), { seed, count })
    console.log(`schedules of the fleet by seed ${seed}: ${JSON.stringify(all)}`)
    expect(Object.entries(all.fired).filter(([, times]) => times === 0)).toEqual([])
  },
  60_000 + count * 200,
)

it('with the same seed is the same schedule', async () => {
  expect(await simulate(fleetApp, 'once more')).toEqual(await simulate(fleetApp, 'once more'))
})
