import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'annals-check-node-'))
  mkdirSync(join(root, 'infra/cli'), { recursive: true })
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  cpSync('infra/cli/check-node.js', join(root, 'infra/cli/check-node.js'))
})
afterEach(() => rmSync(root, { recursive: true }))

function check(...args: readonly string[]) {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'infra/cli/check-node.js'), ...args])
  return { status, stderr: stderr.toString() }
}

it('names the remedy if the packages are not installed', () => {
  expect(check('--installed')).toEqual({
    status: 1,
    stderr: 'The packages of Annals are not installed. Type: npm ci\n',
  })
})

it('says nothing if the packages are installed, or are not asked for', () => {
  expect(check()).toEqual({ status: 0, stderr: '' })
  mkdirSync(join(root, 'node_modules/tsx'), { recursive: true })
  expect(check('--installed')).toEqual({ status: 0, stderr: '' })
})
