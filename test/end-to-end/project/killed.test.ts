import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { newDataDir, removeDataDir } from '../../kit/local-cloud/data-dir.ts'
import { runRound } from '../../soak/round.ts'

it('kill -9 of any process, or of all of them, under load loses nothing and doubles nothing', async () => {
  const dataDir = newDataDir()
  const seed = randomUUID()
  console.log(`killed by seed ${seed}`)
  const round = await runRound({ dataDir, seed, kills: 4, log: console.log })
  expect(round.acknowledged).toBeGreaterThan(20)
  removeDataDir(dataDir)
}, 120_000)
