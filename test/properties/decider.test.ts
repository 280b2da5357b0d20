import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Event } from '../../domain/kernel/event.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { samples } from '../kit/aggregates.ts'

/** The laws that the decider of every aggregate must keep. */
function deciderLaws<State, C extends Command, E extends Event>(
  aggregate: Aggregate<State, C, E>,
  command: fc.Arbitrary<C>,
  event: fc.Arbitrary<E>,
  innate = false,
): void {
  const fold = (events: readonly E[], from = aggregate.initial) =>
    events.reduce<State>((state, next) => aggregate.evolve(state, next), from)

  /** The events of a series of commands. A refused command adds none. */
  const historyOf = (commands: readonly C[]): E[] => {
    const history: E[] = []
    for (const next of commands) history.push(...decided(fold(history), next))
    return history
  }
  const decided = (state: State, next: C): readonly E[] => {
    try {
      return aggregate.decide(next, state)
    } catch (error) {
      if (error instanceof Problem) return []
      throw error
    }
  }

  describe(`the decider of ${aggregate.name}`, () => {
    it('emits nothing if a decision is repeated, or says not found to a person who gave up their own access', () => {
      fc.assert(
        fc.property(fc.array(command), command, (commands, last) => {
          const before = fold(historyOf(commands))
          const events = decided(before, last)
          fc.pre(events.length > 0)
          const after = fold(events, before)
          const repeated = () => aggregate.decide(last, after)
          if (aggregate.knownTo(after, last.actorId)) expect(repeated()).toEqual([])
          else expect(repeated).toThrow(expect.objectContaining({ code: 'not-found' }))
        }),
      )
    })

    it('emits only what changes the state', () => {
      fc.assert(
        fc.property(fc.array(command), command, (commands, last) => {
          const before = fold(historyOf(commands))
          const events = decided(before, last)
          if (events.length > 0) expect(fold(events, before)).not.toEqual(before)
        }),
      )
    })

    it('has states that survive JSON unchanged, so that a snapshot can be continued from', () => {
      fc.assert(
        fc.property(fc.array(event), (history) => {
          const state = fold(history)
          expect(JSON.parse(JSON.stringify(state))).toEqual(state)
        }),
      )
    })

    it('evolves by every event in every state, and does not modify its arguments', () => {
      fc.assert(
        fc.property(fc.array(event), event, (history, next) => {
          const before = fold(history)
          const copy = structuredClone(before)
          expect(aggregate.evolve(before, next)).toBeDefined()
          expect(before).toEqual(copy)
        }),
      )
    })

    it('decides in every state with no error other than a problem, and does not modify its arguments', () => {
      fc.assert(
        fc.property(fc.array(event), command, (history, next) => {
          const before = fold(history)
          const copy = structuredClone(before)
          decided(before, next)
          expect(before).toEqual(copy)
        }),
      )
    })

    it('emits events that are read back exactly as they were stored', () => {
      fc.assert(
        fc.property(fc.array(command), (commands) => {
          for (const emitted of historyOf(commands)) {
            expect(
              aggregate.events.decode(JSON.parse(JSON.stringify(aggregate.events.encode(emitted)))),
            ).toEqual(emitted)
          }
        }),
      )
    })

    it('holds no key before it exists, and never a key twice', () => {
      expect(aggregate.holds?.(aggregate.initial, '1') ?? []).toEqual([])
      fc.assert(
        fc.property(fc.array(event), (history) => {
          const held = (aggregate.holds?.(fold(history), '1') ?? []).map((one) => JSON.stringify(one))
          expect(new Set(held).size).toBe(held.length)
        }),
      )
    })

    if (innate) return
    it('is visible to nobody before it exists', () => {
      fc.assert(
        fc.property(fc.string(), (actorId) => {
          expect(aggregate.knownTo(aggregate.initial, actorId)).toBe(false)
        }),
      )
    })
  })
}

for (const { aggregate, command, event, innate } of samples) deciderLaws(aggregate, command, event, innate)
