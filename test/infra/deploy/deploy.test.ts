import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from '../../../infra/build/bundle.ts'
import { settings } from '../../../infra/build/settings.ts'

const run = promisify(execFile)
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'annals-deploy-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes a module that is nothing but its manifest. */
function install(modules: string, name: string, manifest: object = {}): void {
  mkdirSync(join(modules, name), { recursive: true })
  writeFileSync(join(modules, name, 'package.json'), JSON.stringify({ name, ...manifest }))
}

describe('a deployment', () => {
  it('has the module for pictures in the version that is tested here, and for the machine of Lambda', () => {
    const { packages } = json('infra/deploy/package-lock.json')
    const { dependencies } = json('package.json')
    expect(packages['node_modules/sharp'].version).toBe(dependencies.sharp)
    expect(packages['node_modules/@img/sharp-linux-arm64']).toMatchObject({ cpu: ['arm64'], os: ['linux'] })
    expect(readFileSync('infra/deploy/package-lock.json', 'utf8')).not.toContain('"resolved"')
  })

  it('bundles modules from elsewhere, with those that they need and that are there', async () => {
    const modules = join(folder, 'modules')
    install(modules, 'sharp', {
      dependencies: { '@img/colour': '1' },
      optionalDependencies: { '@img/sharp-linux-arm64': '1', '@img/sharp-darwin-arm64': '1' },
    })
    install(modules, '@img/colour')
    install(modules, '@img/sharp-linux-arm64', {
      optionalDependencies: { '@img/sharp-libvips-linux-arm64': '1' },
    })
    install(modules, '@img/sharp-libvips-linux-arm64')
    install(modules, 'aws-cdk')
    const bundles = await bundle(join(folder, 'dist'), modules)
    const beside = (name: string) =>
      existsSync(join(bundles['upload-pictures']?.folder ?? '', 'node_modules', name))
    const names = ['sharp', '@img/colour', '@img/sharp-linux-arm64', '@img/sharp-libvips-linux-arm64']
    expect(names.filter((name) => !beside(name))).toEqual([])
    expect([beside('aws-cdk'), beside('@img/sharp-linux-x64')]).toEqual([false, false])
  })

  it('asks for the address that mail comes from before it does anything', async () => {
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
