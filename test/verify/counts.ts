/** Numbers of tests. */
export interface Counts {
  readonly passed: number
  readonly failed: number
}

/** The totals that vitest or the mutants print. A command without totals counts as one check. */
export function countsIn(printed: string, ended: boolean): Counts {
  // Colours begin with the escape character.
  const text = printed.replace(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '')
  const totals = [...text.matchAll(/^ *Tests +(?:(\d+) failed)?[ |]*(?:(\d+) passed)?/gm)].map(
    ({ 1: failed = '0', 2: passed = '0' }) => ({ passed: Number(passed), failed: Number(failed) }),
  )
  const mutants = [...text.matchAll(/^(\d+) mutants, (\d+) survived/gm)].map(
    ({ 1: all = '0', 2: survived = '0' }) => ({
      passed: Number(all) - Number(survived),
      failed: Number(survived),
    }),
  )
  const found = [...totals, ...mutants]
  if (found.length === 0) return ended ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
  return found.reduce(add)
}

export function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed }
}
