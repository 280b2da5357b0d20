import { addCost, type Cost, noCost } from '../../../domain/kernel/cost.ts'

/** Adds up what calls of ports consumed, each of which says so in its answer. */
export function createMeter() {
  let total = noCost
  return {
    total: () => total,
    /** The same port, whose answers are added up. */
    metered<Port extends object>(port: Port): Port {
      return new Proxy(port, {
        get(target, name, receiver) {
          const member: unknown = Reflect.get(target, name, receiver)
          if (typeof member !== 'function') return member
          return async (...args: unknown[]) => {
            const answer: unknown = await Reflect.apply(member, target, args)
            if (hasCost(answer)) total = addCost(total, answer.cost)
            return answer
          }
        },
      })
    },
  }
}

function hasCost(answer: unknown): answer is { cost: Cost } {
  return typeof answer === 'object' && answer !== null && 'cost' in answer
}
