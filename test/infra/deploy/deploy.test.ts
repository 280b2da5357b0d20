import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settings } from '../../../infra/build/settings.ts'

const run = promisify(execFile)
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'annals-deploy-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('a deployment', () => {
  it('asks for the sender address of mail before it does anything', async () => {
    const tsx = resolve('node_modules/tsx/dist/cli.mjs')
    const deploying = run(process.execPath, [tsx, resolve('infra/deploy/deploy.ts')], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '' },
    })
    await expect(deploying).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^annals cannot be deployed: MAIL_FROM is missing: .*\n$/),
    })
  })
})

describe('the settings of a stack', () => {
  it('come from the environment', () => {
    expect(settings({})).toEqual({ mailFrom: 'annals@example.com', pipelineType: 'EXPRESS' })
    expect(settings({ MAIL_FROM: 'us@example.org', UPLOAD_PIPELINE: 'STANDARD' })).toEqual({
      mailFrom: 'us@example.org',
      pipelineType: 'STANDARD',
    })
    expect(() => settings({ UPLOAD_PIPELINE: 'FAST' })).toThrow(
      'UPLOAD_PIPELINE must be EXPRESS or STANDARD, but is FAST',
    )
  })
})
