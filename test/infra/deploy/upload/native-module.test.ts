import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from '../../../../infra/build/bundle.ts'

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'annals-native-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes a module that contains only its manifest. */
function install(modules: string, name: string, manifest: object = {}): void {
  mkdirSync(join(modules, name), { recursive: true })
  writeFileSync(join(modules, name, 'package.json'), JSON.stringify({ name, ...manifest }))
}

describe('the files of a deployment', () => {
  it("include the tested version of the picture module, built for Lambda's machine", () => {
    const { packages } = json('infra/deploy/package-lock.json')
    const { dependencies } = json('package.json')
    expect(packages['node_modules/sharp'].version).toBe(dependencies.sharp)
    expect(packages['node_modules/@img/sharp-linux-arm64']).toMatchObject({ cpu: ['arm64'], os: ['linux'] })
    expect(readFileSync('infra/deploy/package-lock.json', 'utf8')).not.toContain('"resolved"')
  })

  it('include native modules, with their dependencies that are installed', async () => {
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
})
