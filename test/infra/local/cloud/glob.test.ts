import { describe, expect, it } from 'vitest'
import { wildcard } from '../../../../infra/local/iam/policy.ts'

describe('a pattern with placeholders', () => {
  it.each([
    ['a*c', 'abbc', true],
    ['a*c', 'abb', false],
    ['*', '', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*a*b', 'xaxbxb', true],
    ['files/*/thumbnail', 'files/1/2/thumbnail', true],
    ['files/*/thumbnail', 'files/1/original', false],
    ['a.c', 'abc', false],
    ['?', '🏔', true],
  ])('%s matches %s: %s', (pattern, text, expected) => {
    expect(wildcard(pattern)(text)).toBe(expected)
  })

  it('matches a long text fast, however many stars it has', () => {
    const began = performance.now()
    expect(wildcard('*a*a*a*a*b')('a'.repeat(100_000))).toBe(false)
    expect(performance.now() - began).toBeLessThan(1000)
  })
})
