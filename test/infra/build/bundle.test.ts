import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bundles, bundle, isBundled } from '../../../infra/build/bundle.ts'
import { functionSources } from '../../../infra/build/functions.ts'
import { fieldsOf } from '../../../infra/local/index.ts'
import { declared } from '../../kit/local-cloud/declared-resources.ts'

const run = promisify(execFile)
let folder = ''
let bundles: Bundles
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'annals-bundles-'))
  mkdirSync(join(folder, 'removed'))
  writeFileSync(join(folder, 'removed/index.mjs'), '')
  bundles = await bundle(folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

const sources = functionSources()
const functionNames = sources.map(({ name }) => name)

function bundleOf(name: string) {
  const found = bundles[name]
  if (found === undefined) throw new Error(`There is no bundle ${name}`)
  return found
}

const fileOf = (name: string) => join(bundleOf(name).folder, 'index.mjs')

/** `command-api` is the function `CommandApi` of the template. */
const constructOf = (name: string) =>
  name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Exactly the variables that the template sets for a function. */
function environmentOf(construct: string): NodeJS.ProcessEnv {
  const variables = fieldsOf(fieldsOf(declared(construct).Properties['Environment'])['Variables'])
  const texts = Object.entries(variables).map(([name, value]) => [name, String(value)])
  return { ...Object.fromEntries(texts), AWS_REGION: 'eu-west-1' }
}

/** Runs code in a separate Node process, with the bundle's exports in the variable `bundle`. */
async function withBundle(name: string, env: NodeJS.ProcessEnv, code: string, ...flags: string[]) {
  const url = JSON.stringify(pathToFileURL(fileOf(name)).href)
  const script = `const bundle = await import(${url}); ${code}`
  const { stdout } = await run(process.execPath, [...flags, '--input-type=module', '-e', script], {
    env,
    cwd: folder,
  })
  return stdout.trim()
}

describe('a bundle', () => {
  it.each(
    functionNames,
  )('of %s exports a handler when Node loads it with the variables of its template', async (name) => {
    const code = 'console.log(Object.keys(bundle).join(), typeof bundle.handler)'
    const printed = await withBundle(name, environmentOf(constructOf(name)), code)
    // Some functions count their cold start first.
    expect(printed.split('\n').at(-1)).toBe('handler function')
  })

  it.each(
    functionNames,
  )('of %s contains everything that it imports, except modules of Node, credential providers and sharp', async (name) => {
    const { metafile } = await build({
      entryPoints: [fileOf(name)],
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      metafile: true,
      write: false,
    })
    const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path))
    expect(imported).toContain('node:crypto')
    const others = imported.filter((path) => !path.startsWith('node:'))
    const installed = name === 'upload-pictures' ? ['sharp'] : []
    expect(sources.find((source) => source.name === name)?.native).toEqual(installed)
    expect(others.filter((path) => !/^@(aws-sdk|smithy)\/credential-provider-/.test(path))).toEqual(installed)
  })

  it('of the commands is at most 500 KB', () => {
    expect(readFileSync(fileOf('command-api')).length).toBe(bundleOf('command-api').bytes)
    expect(bundleOf('command-api').bytes).toBeLessThanOrEqual(500_000)
  })

  it('of a removed function is removed, so that no template can run it', () => {
    expect(existsSync(join(folder, 'removed'))).toBe(false)
  })

  it('exists for each file in a folder of functions, and is out of date once there is another', () => {
    expect(Object.keys(bundles)).toEqual(functionNames)
    expect(isBundled(folder)).toBe(true)
    const record = JSON.parse(readFileSync(join(folder, 'made.json'), 'utf8'))
    const others = JSON.stringify(sources.slice(1))
    writeFileSync(join(folder, 'made.json'), JSON.stringify({ ...record, from: others }))
    expect(isBundled(folder)).toBe(false)
  })

  it('has a source map that shows the place of an error in the source', async () => {
    await expect(withBundle('command-api', {}, '', '--enable-source-maps')).rejects.toThrow(
      /is not set[\s\S]*commands\/aws\/environment\.ts:\d+:\d+\)\n.*commands\/composition\/store\.ts:[\s\S]*commands\/functions\/command-api\.ts:/,
    )
  })
})
