/** A story told while it happens: each step with its start time and its result. */
export interface Timeline {
  chapter(title: string): void
  /** Runs a step and prints its result. A step that fails is printed with its reason, and ends the story. */
  step<T>(what: string, run: () => Promise<Told<T>>): Promise<T>
}

export interface Told<T> {
  readonly value: T
  readonly note: string
}

export const told = <T>(value: T, note: string): Told<T> => ({ value, note })

/** An expectation of the story that did not hold. */
export class Broken extends Error {
  override readonly name = 'Broken'
}

/** Throws unless `found` holds every field of `expected`, at any depth. */
export function expectFields(found: unknown, expected: unknown, at = 'the answer'): void {
  if (typeof expected !== 'object' || expected === null) {
    if (found !== expected)
      throw new Broken(`${at} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`)
    return
  }
  for (const [field, value] of Object.entries(expected)) {
    const inner = typeof found === 'object' && found !== null ? Reflect.get(found, field) : undefined
    expectFields(inner, value, `${at}.${field}`)
  }
}

/**
 * Asks until there is an answer. Resolves to it and the milliseconds it took, or gives up after ten seconds.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
): Promise<{ value: T; ms: number }> {
  const began = performance.now()
  for (;;) {
    const value = await ask()
    const ms = Math.round(performance.now() - began)
    if (value !== undefined) return { value, ms }
    if (ms > 10_000) throw new Broken(`${what}: no answer after ten seconds`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

export function createTimeline(print: (line: string) => void): Timeline {
  const began = performance.now()
  const clock = () => `${((performance.now() - began) / 1000).toFixed(3).padStart(8)} s`
  return {
    chapter: (title) => print(`\n${title}`),
    async step(what, run) {
      const at = clock()
      try {
        const { value, note } = await run()
        print(`${at}  ${what.padEnd(46)} ${note}`)
        return value
      } catch (error) {
        print(`${at}  ${what.padEnd(46)} FAILED: ${error instanceof Error ? error.message : String(error)}`)
        throw error
      }
    },
  }
}
