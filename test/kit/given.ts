import { expect } from 'vitest'
import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Event } from '../../domain/kernel/event.ts'
import { Problem } from '../../domain/kernel/problem.ts'

/** `given(events).when(command).then(events)`, for the decider of one aggregate. */
export function givenOf<State, C extends Command, E extends Event>(aggregate: Aggregate<State, C, E>) {
  return (...history: readonly E[]) => ({
    when(command: C) {
      const state = history.reduce<State>(
        (folded, event) => aggregate.evolve(folded, event),
        aggregate.initial,
      )
      return {
        then: (...expected: readonly E[]) => expect(aggregate.decide(command, state)).toEqual(expected),
        thenNothing: () => expect(aggregate.decide(command, state)).toEqual([]),
        thenRefused: (code: string) => expect(codeOf(() => aggregate.decide(command, state))).toBe(code),
      }
    },
  })
}

/** The code of the problem that a call throws; for a refusal, the name of the rule. */
function codeOf(call: () => unknown): string {
  try {
    return `no problem, but ${JSON.stringify(call())}`
  } catch (error) {
    if (error instanceof Problem) return error.rule ?? error.code
    throw error
  }
}
