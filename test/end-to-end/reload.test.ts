import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { fieldsOf } from '../../infra/local/index.ts'
import { newDataDir, removeDataDir } from '../kit/local-cloud/data-dir.ts'
import { type RunningCloud, runLocalCloud, type Template } from '../kit/local-cloud/local-cloud.ts'
import { call } from '../kit/people/person.ts'

let running: RunningCloud
let assembly: string

beforeEach(async () => {
  running = await runLocalCloud()
  assembly = newDataDir()
  cpSync(inject('assembly'), assembly, { recursive: true })
})

afterEach(async () => {
  await running.close()
  removeDataDir(assembly)
})

function change<Content>(file: string, how: (content: Content) => void): void {
  const content: Content = JSON.parse(readFileSync(join(assembly, file), 'utf8'))
  how(content)
  writeFileSync(join(assembly, file), JSON.stringify(content))
}

it('a function whose code has changed answers with the new code', async () => {
  mkdirSync(join(assembly, 'asset.new'))
  writeFileSync(
    join(assembly, 'asset.new/index.mjs'),
    `export const handler = async () => ({ statusCode: 200, body: '{"status":"new"}' })`,
  )
  change('annals-dev-service.assets.json', ({ files }: { files: Record<string, unknown> }) => {
    files['new'] = { source: { path: 'asset.new' }, destinations: { here: { objectKey: 'new.zip' } } }
  })
  change('annals-dev-service.template.json', ({ Resources }: Template) => {
    for (const [id, { Type, Properties }] of Object.entries(Resources)) {
      if (Type !== 'AWS::Lambda::Function' || !id.startsWith('QueryApi')) continue
      Properties['Code'] = { ...fieldsOf(Properties['Code']), S3Key: 'new.zip' }
    }
  })
  expect((await call(running.config, '/health')).body).toEqual({ status: 'ok' })
  expect(running.cloud.reload(assembly)).toEqual([expect.stringMatching(/^QueryApi/)])
  expect((await call(running.config, '/health')).body).toEqual({ status: 'new' })
})

it('a template that differs in another way is refused, and the resources are named', async () => {
  change('annals-dev-service.template.json', ({ Resources }: Template) => {
    for (const { Properties } of Object.values(Resources)) delete Properties['Timeout']
  })
  expect(() => running.cloud.reload(assembly)).toThrow(/^the template changes \w+, /)
  expect((await call(running.config, '/health')).body).toEqual({ status: 'ok' })
})
