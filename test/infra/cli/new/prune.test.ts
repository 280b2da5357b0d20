import { describe, expect, it } from 'vitest'
import { type Gone, prune } from '../../../../infra/cli/new/remove/prune.ts'

const gone: Gone = (specifier) => {
  if (specifier.includes('/upload/')) return 'all'
  return specifier === './half.ts' ? new Set(['lost']) : undefined
}

/** Joins all white space, because the formatter lays out the code afterwards. */
const flat = (source = '') => source.replace(/\s+/g, ' ').trim()
const pruned = (source: string) => flat(prune('list.ts', source, gone)?.source)

describe('a source without a feature', () => {
  it('is unchanged if it does not use the feature', () => {
    expect(
      prune('list.ts', `import { a } from './user/a.ts'\nexport const all = [a]\n`, gone),
    ).toBeUndefined()
  })

  it.each([
    ['an element of a list', 'const all = [a, u, b]', 'const all = [a,  b]'],
    ['a call in a list', 'const all = [of(a), of(u)]', 'const all = [of(a), ]'],
    ['a spread in an object', 'const all = { ...a, ...u.commands }', 'const all = { ...a,  }'],
    ['a property', 'const all = run({ a, links: make(u) })', 'const all = run({ a,  })'],
    ['a shorthand property', 'const all = { a, u }', 'const all = { a,  }'],
    ['a member of a union', 'type All = typeof a | typeof u', 'type All = typeof a '],
    ['the first member of a union', 'type All = typeof u | typeof a', 'type All =  | typeof a'],
  ])('lacks %s', (_, before, after) => {
    const kept = 'const a = run(of, make, b)'
    const source = `import { u } from './upload/u.ts'\n${kept}\n${before}\n`
    expect(pruned(source)).toBe(flat(`${kept}\n${after}`))
  })

  it('lacks a statement, its declarations, and their uses', () => {
    const source = `import { addUpload } from './upload/stack.ts'
import { addApi } from './api.ts'

export function addStack(stack: unknown): void {
  const { bucket, steps: { first } } = addUpload(stack)
  addApi({ stack, bucket, others: [first] })
  console.log(bucket)
}
`
    expect(pruned(source)).toBe(
      flat(`import { addApi } from './api.ts'

export function addStack(stack: unknown): void {
  addApi({ stack,  others: [] })
}
`),
    )
  })

  it('lacks the comment directly above a removed part, and keeps the others', () => {
    const source = `import { u } from './upload/u.ts'
import { a } from './user/a.ts'

/** Everything. */
export const all = [
  // Kept.

  // Pictures
  // and their files.
  u,
  a, // of people
]
`
    expect(pruned(source)).toBe(
      flat(`import { a } from './user/a.ts'

/** Everything. */
export const all = [
  // Kept.

  a, // of people
]
`),
    )
  })

  it('lacks imports that are no longer used', () => {
    const source = `import { of } from './of.ts'\nimport { u } from './upload/u.ts'\nexport const all = [of(u)]\n`
    expect(pruned(source)).toBe(flat('export const all = []\n'))
  })

  it('reports which of its exports are gone, so that their users can follow', () => {
    const source = `import { u } from './upload/u.ts'\nexport const both = u.and\nexport const one = 1\n`
    expect(prune('list.ts', source, gone)).toEqual({
      source: expect.stringMatching(/^export const one = 1\s*$/),
      exports: ['both'],
    })
    expect(pruned(`import { kept, lost } from './half.ts'\nexport const all = [kept, lost]\n`)).toBe(
      `import { kept, } from './half.ts' export const all = [kept, ]`,
    )
  })

  it('is refused with file and line if a use is outside a list', () => {
    const source = `import { U } from './upload/u.ts'\n\nclass Bad extends U {}\nexport const bad = new Bad()\n`
    expect(() => pruned(source)).toThrow('list.ts:3 uses U outside a list')
  })

  it('keeps properties and members that merely have the same name', () => {
    const source = `import { u } from './upload/u.ts'\nexport const all = [{ u: 1 }, x.u, u]\ndeclare const x: { u: number }\n`
    expect(pruned(source)).toBe(
      flat('export const all = [{ u: 1 }, x.u, ]\ndeclare const x: { u: number }\n'),
    )
  })
})
