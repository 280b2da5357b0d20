import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { beginMaking, forget, isMade, madeOf } from '../../../infra/build/build-record.ts'

const recipe = ['package.json', 'package-lock.json', 'tsconfig.json']
let root: string
const past = new Date(Date.now() - 60_000)

/** Saves a file, a minute ago. */
function save(name: string, text: string, at = past): void {
  writeFileSync(join(root, name), text)
  utimesSync(join(root, name), at, at)
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'annals-made-'))
  mkdirSync(join(root, 'infra/build'), { recursive: true })
  for (const name of [...recipe, 'infra/build/bundle.ts', 'a.ts', 'b.ts']) save(name, name)
})

afterEach(() => rmSync(root, { recursive: true }))

const remember = () => beginMaking(root, root).remember(['a.ts', 'b.ts'])

it('what is made is that of the sources once they are remembered, and as long as those stay the same', () => {
  expect(isMade(root, root)).toBe(false)
  remember()
  expect(isMade(root, root)).toBe(true)
})

it.each([
  'a.ts',
  'b.ts',
  'package-lock.json',
  'infra/build/bundle.ts',
])('a change of %s asks for it anew', (name) => {
  remember()
  save(name, name, new Date(past.getTime() + 1000))
  expect(isMade(root, root)).toBe(false)
  remember()
  save(name, `${name}, and more`)
  expect(isMade(root, root)).toBe(false)
})

it('a source that is gone asks for it anew', () => {
  remember()
  rmSync(join(root, 'b.ts'))
  expect(isMade(root, root)).toBe(false)
})

it('a source that was saved while they were made asks for it anew', () => {
  const making = beginMaking(root, root)
  save('b.ts', 'b.ts', new Date(Date.now() + 1000))
  making.remember(['a.ts', 'b.ts'])
  expect(isMade(root, root)).toBe(false)
})

it('what is being made, or was not made to the end, is that of nothing', () => {
  remember()
  beginMaking(root, root)
  expect(isMade(root, root)).toBe(false)
})

it('what follows from something else, too, is made anew for another', () => {
  beginMaking(root, root).remember(['a.ts'], 'one')
  expect([isMade(root, root, 'one'), isMade(root, root, 'other'), isMade(root, root)]).toEqual([
    true,
    false,
    false,
  ])
})

it('what is made of other sources has another name', () => {
  expect(madeOf(root)).toBe('')
  remember()
  const one = madeOf(root)
  beginMaking(root, root).remember(['a.ts'])
  expect(madeOf(root)).not.toBe(one)
  forget(root)
  expect([madeOf(root), isMade(root, root)]).toEqual(['', false])
})
