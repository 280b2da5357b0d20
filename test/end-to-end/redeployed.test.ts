import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { newDataDir, removeDataDir } from '../kit/local-cloud/data-dir.ts'
import { type RunningCloud, runLocalCloud } from '../kit/local-cloud/local-cloud.ts'
import { mailsTo, signIn, signUp } from '../kit/people/person.ts'

let running: RunningCloud
const soon = { timeout: 20_000, interval: 50 }

afterEach(() => running.close())

/** Forgets everything that the service stack knows: how far each stream mapping has read. The data stack is untouched. */
function destroyService(dataDir: string): void {
  const positions = readdirSync(dataDir).filter((file) => /^stream-[0-9a-f]+\.json$/.test(file))
  expect(positions).toHaveLength(2)
  for (const file of positions) rmSync(join(dataDir, file))
}

it('a service stack that is destroyed and deployed again repeats no mail and changes no row', async () => {
  const dataDir = newDataDir()
  onTestFinished(() => removeDataDir(dataDir))
  running = await runLocalCloud({ dataDir })
  const ann = await signUp(running.config)
  const subjects = async () => (await mailsTo(running.config, ann.email)).map(({ subject }) => subject)
  await vi.waitFor(
    async () => expect(await subjects()).toContainEqual(expect.stringMatching(/welcome/i)),
    soon,
  )
  await ann.command('change-profile', { name: 'Anna' })
  await vi.waitFor(async () => expect(await ann.query('/me')).toMatchObject({ body: { name: 'Anna' } }), soon)
  const before = await subjects()
  await running.close()

  destroyService(dataDir)
  running = await runLocalCloud({ dataDir })
  const { lines } = running
  // The new mappings begin at the oldest record, so every event of the last day is published once more.
  const again = () => lines.filter((line) => /^SendMail.*"reacted"/.test(line))
  await vi.waitFor(() => expect(again()).toEqual([expect.stringContaining('"repeated":true')]), soon)
  expect(await subjects()).toEqual(before)
  const annAgain = await signIn(running.config, ann.email)
  expect(await annAgain.query('/me')).toMatchObject({ status: 200, body: { name: 'Anna', version: 2 } })
})
