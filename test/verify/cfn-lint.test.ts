import { describe, expect, it } from 'vitest'
import { objectionsTo } from './cfn-lint.ts'

const finding = (Id: string, Path: readonly (string | number)[] | null = ['Resources', 'Queue', 0]) => ({
  Filename: 'a.template.json',
  Message: 'is obsolete',
  Rule: { Id },
  Location: { Path },
})
const ignored = [{ rule: 'W1', reason: 'as tests have it' }]

describe('a finding of cfn-lint', () => {
  it('is an objection unless its rule is ignored', () => {
    expect(objectionsTo([finding('W1'), finding('E2'), finding('E3', null)], ignored)).toEqual([
      'E2 a.template.json/Resources/Queue/0: is obsolete',
      'E3 a.template.json: is obsolete',
    ])
  })

  it('is needed for each ignored rule', () => {
    expect(objectionsTo([], ignored)).toEqual([
      'W1 is ignored and finds nothing: remove it from test/verify/cfn-lint.ts.',
    ])
  })
})
