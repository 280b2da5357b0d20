import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { forget, isUpToDate, recordOf, startBuild } from '../../../infra/build/build-record.ts'

const recipe = ['package.json', 'package-lock.json', 'tsconfig.json']
let root: string
const past = new Date(Date.now() - 60_000)

/** Saves a file with a time one minute ago. */
function save(name: string, text: string, at = past): void {
  writeFileSync(join(root, name), text)
  utimesSync(join(root, name), at, at)
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'annals-made-'))
  mkdirSync(join(root, 'infra/build'), { recursive: true })
  for (const name of [...recipe, 'infra/build/bundle.ts', 'infra/build/functions.ts', 'a.ts', 'b.ts'])
    save(name, name)
})

afterEach(() => rmSync(root, { recursive: true }))

const remember = () => startBuild(root, root).remember(['a.ts', 'b.ts'])

it('a folder is up to date from the moment its sources are recorded until they change', () => {
  expect(isUpToDate(root, root)).toBe(false)
  remember()
  expect(isUpToDate(root, root)).toBe(true)
})

it.each(['a.ts', 'b.ts', 'package-lock.json'])('a change of %s makes it out of date', (name) => {
  remember()
  save(name, name, new Date(past.getTime() + 1000))
  expect(isUpToDate(root, root)).toBe(false)
  remember()
  save(name, `${name}, and more`)
  expect(isUpToDate(root, root)).toBe(false)
})

it.each([
  'infra/build/bundle.ts',
  'infra/build/functions.ts',
])('a build by a process that loaded an older %s is never up to date', (name) => {
  remember()
  expect(isUpToDate(root, root)).toBe(true)
  save(name, `${name}, and more`)
  expect(isUpToDate(root, root)).toBe(false)
  // This process still builds as before, so its results must not count as those of the new code.
  remember()
  expect(isUpToDate(root, root)).toBe(false)
})

it('a source that is removed during the build makes it out of date, and does not stop the build', () => {
  const started = startBuild(root, root)
  rmSync(join(root, 'b.ts'))
  started.remember(['a.ts', 'b.ts'])
  expect(isUpToDate(root, root)).toBe(false)
})

it('a missing result makes it out of date', () => {
  mkdirSync(join(root, 'second-welcome'))
  save('second-welcome/index.mjs', '')
  remember()
  expect(isUpToDate(root, root)).toBe(true)
  rmSync(join(root, 'second-welcome'), { recursive: true })
  expect(isUpToDate(root, root)).toBe(false)
})

it('a missing source makes it out of date', () => {
  remember()
  rmSync(join(root, 'b.ts'))
  expect(isUpToDate(root, root)).toBe(false)
})

it('a source saved during the build makes it out of date', () => {
  const started = startBuild(root, root)
  save('b.ts', 'b.ts', new Date(Date.now() + 1000))
  started.remember(['a.ts', 'b.ts'])
  expect(isUpToDate(root, root)).toBe(false)
})

it('an incomplete build is never up to date', () => {
  remember()
  startBuild(root, root)
  expect(isUpToDate(root, root)).toBe(false)
})

it('a build with an additional dependency is out of date if that changes', () => {
  startBuild(root, root).remember(['a.ts'], 'one')
  expect([isUpToDate(root, root, 'one'), isUpToDate(root, root, 'other'), isUpToDate(root, root)]).toEqual([
    true,
    false,
    false,
  ])
})

it('a build from other sources has another record', () => {
  expect(recordOf(root)).toBe('')
  remember()
  const one = recordOf(root)
  startBuild(root, root).remember(['a.ts'])
  expect(recordOf(root)).not.toBe(one)
  forget(root)
  expect([recordOf(root), isUpToDate(root, root)]).toEqual(['', false])
})
