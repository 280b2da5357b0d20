import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { simulate } from '../simulation/simulate.ts'

const schedules = 200

it('any schedule of the whole backend, with everything that can go wrong, keeps every law', async () => {
  const seed = randomUUID().slice(0, 8)
  const fired: Record<string, number> = {}
  for (let n = 1; n <= schedules; n++) {
    const simulated = await simulate(`${seed}-${n}`)
    for (const [fault, times] of Object.entries<number>(simulated.fired))
      fired[fault] = (fired[fault] ?? 0) + times
  }
  console.log(`${schedules} schedules by seed ${seed}: ${JSON.stringify(fired)}`)
  const { conflict, ...others } = fired
  expect(Object.entries(others).filter(([, times]) => times === 0)).toEqual([])
}, 120_000)

it('the same seed gives the same schedule', async () => {
  expect(await simulate('once more')).toEqual(await simulate('once more'))
})
