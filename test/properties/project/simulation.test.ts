import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { sampleApp } from '../../simulation/project/app.ts'
import { simulateAll } from '../../simulation/schedules.ts'
import { simulate } from '../../simulation/simulate.ts'

/** Number of schedules. `npm run verify` runs many more. */
const count = Number(process.env['SCHEDULES'] ?? 200)

it(
  'any schedule of the sample, with everything that can go wrong, keeps every law',
  async () => {
    const seed = randomUUID().slice(0, 8)
    const all = await simulateAll((one) => simulate(sampleApp, one), { seed, count })
    console.log(`schedules of the sample by seed ${seed}: ${JSON.stringify(all)}`)
    expect(Object.entries(all.fired).filter(([, times]) => times === 0)).toEqual([])
  },
  60_000 + count * 200,
)
