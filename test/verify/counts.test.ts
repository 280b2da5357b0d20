import { describe, expect, it } from 'vitest'
import { countsIn } from './counts.ts'

describe('the number of tests in an output', () => {
  it.each([
    [' Test Files  3 passed (3)\n      Tests  232 passed (232)\n', { passed: 232, failed: 0 }],
    ['      Tests  5 failed | 209 passed (214)', { passed: 209, failed: 5 }],
    ['      Tests  5 failed (5)', { passed: 0, failed: 5 }],
    ['      Tests  17 passed | 1 skipped (18)', { passed: 17, failed: 0 }],
    [
      '\u001b[2m      Tests \u001b[22m \u001b[1m\u001b[31m1 failed\u001b[39m\u001b[22m | 17 passed (18)',
      { passed: 17, failed: 1 },
    ],
    ['186 mutants, 0 survived.', { passed: 186, failed: 0 }],
    ['186 mutants, 2 survived.', { passed: 184, failed: 2 }],
    ['      Tests  2 passed (2)\n      Tests  1 failed | 3 passed (4)', { passed: 5, failed: 1 }],
  ])('is read from %j', (printed, counts) => {
    expect(countsIn(printed, true)).toEqual(counts)
  })

  it('is one for a command that prints none', () => {
    expect(countsIn('Checked 600 files', true)).toEqual({ passed: 1, failed: 0 })
    expect(countsIn('error TS2322', false)).toEqual({ passed: 0, failed: 1 })
  })
})
