import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mutants, mutated, rules, stale } from './list.ts'
import type { Mutant } from './rules.ts'

const root = join(import.meta.dirname, '../..')

describe('the list of mutants', () => {
  it("finds each mutant's piece in the source, exactly once", () => {
    expect(stale(root)).toEqual([])
  })

  it('names test files that exist', () => {
    const tests = new Set(mutants.flatMap((mutant) => mutant.tests))
    expect([...tests].filter((test) => !existsSync(join(root, test)))).toEqual([])
  })

  it('breaks every rule, and no mutant occurs twice', () => {
    expect(new Set(mutants.map(({ rule }) => rule))).toEqual(new Set(Object.keys(rules)))
    const ways = mutants.map(({ file, find, replace }) => JSON.stringify([file, find, replace]))
    expect(new Set(ways).size).toBe(ways.length)
  })
})

describe('a mutant', () => {
  const mutant: Mutant = {
    rule: 'W1',
    out: 'compares loosely',
    file: 'a.ts',
    find: '===',
    replace: '==',
    tests: [],
  }

  it('changes its piece of the source and nothing else', () => {
    expect(mutated('a === b', mutant)).toBe('a == b')
    expect(mutated('a === b', { ...mutant, replace: '$&$1' })).toBe('a $&$1 b')
  })

  it.each(['a < b', 'a === b === c'])('fails for %j and asks to update the list', (source) => {
    expect(() => mutated(source, mutant)).toThrow(
      /"compares loosely" of W1 .* a\.ts.*update it in test\/mutants/,
    )
  })
})
