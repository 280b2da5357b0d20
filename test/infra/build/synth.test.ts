import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTemplate } from '../../../infra/local/index.ts'

const run = promisify(execFile)
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'annals-synth-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('npm run synth', () => {
  it('writes a deployable template without an account or a CLI, and prints the size of each bundle', async () => {
    const tsx = resolve('node_modules/tsx/dist/cli.mjs')
    const { stdout } = await run(process.execPath, [tsx, resolve('infra/cli/synth.ts')], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '' },
    })
    expect(stdout).toMatch(
      /^cdk\.out\/dev\/annals-dev-data\.template\.json, cdk\.out\/dev\/annals-dev-service\.template\.json in \d+\.\d s, with command-api \d+ KB(, [a-z-]+ \d+ KB)+\n$/,
    )
    const { stackNames, ofType, assetFolder } = readTemplate(join(folder, 'cdk.out/dev'))
    expect(stackNames).toEqual(['annals-dev-data', 'annals-dev-service'])
    for (const { properties } of ofType('AWS::Lambda::Function')) {
      const { S3Key } = properties['Code'] as { S3Key: string } // synthesis writes this shape
      expect(existsSync(join(assetFolder(S3Key), 'index.mjs'))).toBe(true)
    }
  })
})
