import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { beginBundling, isBundled } from '../../infra/bundled.ts'

const recipe = ['package.json', 'package-lock.json', 'tsconfig.json']
let root: string
const past = new Date(Date.now() - 60_000)

/** Saves a file, a minute ago. */
function save(name: string, text: string, at = past): void {
  writeFileSync(join(root, name), text)
  utimesSync(join(root, name), at, at)
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'annals-bundled-'))
  mkdirSync(join(root, 'infra'))
  for (const name of [...recipe, 'infra/bundle.ts', 'a.ts', 'b.ts']) save(name, name)
})

afterEach(() => rmSync(root, { recursive: true }))

const remember = () => beginBundling(root, root).remember(['a.ts', 'b.ts'])

it('bundles are those of the sources once they are remembered, and as long as those stay the same', () => {
  expect(isBundled(root, root)).toBe(false)
  remember()
  expect(isBundled(root, root)).toBe(true)
})

it.each([
  'a.ts',
  'b.ts',
  'package-lock.json',
  'infra/bundle.ts',
])('a change of %s asks for new ones', (name) => {
  remember()
  save(name, name, new Date(past.getTime() + 1000))
  expect(isBundled(root, root)).toBe(false)
  remember()
  save(name, `${name}, and more`)
  expect(isBundled(root, root)).toBe(false)
})

it('a source that is gone asks for new ones', () => {
  remember()
  rmSync(join(root, 'b.ts'))
  expect(isBundled(root, root)).toBe(false)
})

it('a source that was saved while they were made asks for new ones', () => {
  const bundling = beginBundling(root, root)
  save('b.ts', 'b.ts', new Date(Date.now() + 1000))
  bundling.remember(['a.ts', 'b.ts'])
  expect(isBundled(root, root)).toBe(false)
})

it('bundles that are being made, or were not made to the end, are none', () => {
  remember()
  beginBundling(root, root)
  expect(isBundled(root, root)).toBe(false)
})
