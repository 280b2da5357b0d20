import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { linesOf, refusedIn } from '../kit/folds/fingerprint-changes.ts'
import { foldsFile, projectionsFile, writeFingerprints } from '../kit/folds/write-fingerprints.ts'

describe('the changes of fingerprints', () => {
  it('are printed one per line: added, changed, removed', () => {
    expect(linesOf({ a: '1', b: '2', c: '3' }, { b: '2', c: '4', d: '5' })).toEqual([
      'added    d 5',
      'changed  c 3 to 4',
      'removed  a 1',
    ])
    expect(linesOf({ a: '1' }, { a: '1' })).toEqual([])
  })

  it.each([
    [[], ['yaks.v1', 'yaks.v2']],
    [['yaks-v1'], ['yaks.v2']],
    [['yaks.v1', 'yaks-v2'], []],
  ])('of released versions are refused unless %j names them', (allowed, refused) => {
    const released = { 'yaks.v1': '1', 'yaks.v2': '2', 'owls.v1': '3' }
    const after = { 'yaks.v1': 'a', 'yaks.v2': 'b', 'owls.v1': '3', 'owls.v2': 'c' }
    expect(refusedIn(released, after, allowed)).toEqual(refused)
  })

  it('cannot be allowed for an unknown read model', () => {
    expect(() => refusedIn({ 'yaks.v1': '1' }, { 'owls.v1': '2' }, ['cows-v1'])).toThrow(
      'There is no read model cows-v1. The read models are yaks-v1, owls-v1.',
    )
  })
})

describe('npm run folds', () => {
  let root = ''
  const head = '/** A comment that stays. */\n'
  const read = (file: string) => readFileSync(join(root, file), 'utf8')
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'annals-folds-'))
    for (const file of [foldsFile, projectionsFile]) mkdirSync(join(root, dirname(file)), { recursive: true })
    writeFileSync(join(root, foldsFile), `${head}export const folds = {\n  yak: 'a1',\n}\n`)
    writeFileSync(join(root, projectionsFile), '{\n  "yaks.v1": "b1"\n}\n')
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('writes both files, and returns the changes', () => {
    const current = { folds: { owl: 'c1', yak: 'a2' }, projections: { 'owls.v1': 'd1', 'yaks.v1': 'b1' } }
    expect(writeFingerprints(root, current, { allowed: [] })).toEqual([
      'added    owl c1',
      'changed  yak a1 to a2',
      'added    owls.v1 d1',
    ])
    expect(read(foldsFile)).toBe(`${head}export const folds = {\n  owl: 'c1',\n  yak: 'a2',\n}\n`)
    expect(JSON.parse(read(projectionsFile))).toEqual(current.projections)
    expect(writeFingerprints(root, current, { allowed: [] })).toEqual([])
  })

  it('writes nothing if a released version would change, and gives the command that allows it', () => {
    const before = [read(foldsFile), read(projectionsFile)]
    const current = { folds: { yak: 'a2' }, projections: { 'yaks.v1': 'b2' } }
    expect(() => writeFingerprints(root, current, { allowed: [] })).toThrow(
      /^Nothing was written: yaks\.v1 would change[\s\S]*npm run folds -- yaks-v1$/,
    )
    expect([read(foldsFile), read(projectionsFile)]).toEqual(before)
    expect(writeFingerprints(root, current, { allowed: ['yaks-v1'] })).toContain('changed  yaks.v1 b1 to b2')
  })

  it('lets a version change that is in the file and not released', () => {
    const current = { folds: { yak: 'a1' }, projections: { 'yaks.v1': 'b2' } }
    expect(writeFingerprints(root, current, { allowed: [], released: {} })).toEqual([
      'changed  yaks.v1 b1 to b2',
    ])
  })
})
