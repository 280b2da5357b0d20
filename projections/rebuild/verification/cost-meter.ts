import { addCost, type Cost, noCost } from '../../../domain/kernel/cost.ts'

/** Adds up the costs that calls of ports return. */
export function createMeter() {
  let total = noCost
  return {
    total: () => total,
    /** Wraps a port, and adds up the costs of its answers. */
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
