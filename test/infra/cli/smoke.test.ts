import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningCloud, runLocalCloud } from '../../kit/local-cloud/local-cloud.ts'

const run = promisify(execFile)
const program = ['--import', 'tsx', 'infra/cli/smoke.ts']
const env = (dataDir: string) => ({ PATH: process.env['PATH'] ?? '', ANNALS_DATA: dataDir })

let running: RunningCloud
beforeAll(async () => {
  running = await runLocalCloud()
}, 60_000)
afterAll(() => running.close())

describe('npm run smoke', () => {
  it('tries the local cloud that runs on the data folder, and leaves no person behind', async () => {
    const { stdout } = await run(process.execPath, program, { env: env(running.dataDir) })
    expect(stdout).toContain(`Smoke test of ${running.cloud.apiUrl}`)
    expect(stdout).toMatch(/^ok +\d+ ms {2}the person is registered at the first use$/m)
    expect(stdout).toMatch(/^ok +\d+ ms {2}the sign-in is gone, too$/m)
    expect(stdout).toMatch(/^Everything works \(\d+\.\d s\)\.$/m)
  }, 60_000)

  it('ends with 1 if nothing answers, or no local cloud runs', async () => {
    await expect(
      run(process.execPath, [...program, '--api', 'http://127.0.0.1:9'], { env: env(running.dataDir) }),
    ).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^smoke: nothing answers at http.*\n$/),
    })
    await expect(run(process.execPath, program, { env: env('no-such-folder') })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^smoke: no local cloud runs on no-such-folder: .*\n$/),
    })
  }, 60_000)
})
