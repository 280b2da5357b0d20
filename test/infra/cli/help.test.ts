import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { runOps } from '../../kit/local-cloud/ops-process.ts'

const run = promisify(execFile)
const env = { PATH: process.env['PATH'] ?? '' }

describe('--help', () => {
  it.each([
    ['start', 'infra/cli/start.ts'],
    ['smoke', 'infra/cli/smoke.ts'],
    ['synth', 'infra/cli/synth.ts'],
    ['ops', 'infra/cli/ops/ops.ts'],
    ['new', 'infra/cli/new/new.ts'],
    ['deploy', 'infra/deploy/deploy.ts'],
    ['destroy', 'infra/deploy/destroy.ts'],
    ['demo', 'test/demo/demo.ts'],
  ])(
    'of npm run %s explains the command, and does nothing else',
    async (name, program) => {
      const { stdout, stderr } = await run(process.execPath, ['--import', 'tsx', program, '--help'], { env })
      expect(stdout).toMatch(new RegExp(`^npm (run )?${name} `))
      expect(stderr).toBe('')
    },
    30_000,
  )

  it('of the operator commands aligns every summary', async () => {
    const { stdout } = await runOps('/nowhere', ['--help'])
    const summaries = ['deletes failed work', 'the path of a request', 'how far each read model']
    for (const summary of summaries)
      expect(
        stdout
          .split('\n')
          .find((line) => line.includes(summary))
          ?.indexOf(summary),
      ).toBe(45)
  }, 30_000)
})

describe('npm start', () => {
  it('refuses a seed without the faults that it repeats', async () => {
    const start = run(process.execPath, ['--import', 'tsx', 'infra/cli/start.ts', '--seed', 'abc'], {
      env: { ...env, ANNALS_DATA: '/dev/null' },
    })
    await expect(start).rejects.toMatchObject({
      code: 1,
      stderr: 'annals cannot start: --seed repeats the faults of --faults LIST: give both\n',
    })
  }, 30_000)
})

describe('an operator command that does not exist', () => {
  it('is answered with the commands of its group', async () => {
    const { code, stderr } = await runOps('/nowhere', ['admin', 'promote'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^ops: "admin promote" is not a command\n\n {2}admin add/)
    expect(stderr).not.toContain('parked list')
  }, 30_000)

  it('is answered with all commands if its group does not exist, either', async () => {
    const { code, stderr } = await runOps('/nowhere', ['nope'])
    expect(code).toBe(1)
    for (const part of ['"nope" is not a command', 'admin add', 'parked list', '--json'])
      expect(stderr).toContain(part)
  }, 30_000)
})
