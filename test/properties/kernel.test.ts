import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { simulateKernel } from '../simulation/kernel.ts'
import { simulateAll } from '../simulation/schedules.ts'

const count = 10_000

it('any short schedule of the kernel, with everything that can go wrong, keeps every law', async () => {
  const seed = randomUUID().slice(0, 8)
  const all = await simulateAll(simulateKernel, { seed, count })
  console.log(`schedules of the kernel by seed ${seed}: ${JSON.stringify(all)}`)
  expect(Object.entries(all.fired).filter(([, times]) => times === 0)).toEqual([])
}, 240_000)

it('with the same seed is the same schedule', async () => {
  expect(await simulateKernel('once more')).toEqual(await simulateKernel('once more'))
})
