import type { Clock } from '../../domain/kernel/clock.ts'
import type { Faults } from '../../infra/local/index.ts'
import { faultsAt, type Wire } from '../kit/faults/faulty-ports.ts'
import type { Seeded } from '../kit/seeded.ts'

/** The parts of one environment of a function: its own clock, and the wire to all ports. */
export interface Environment {
  readonly clock: Clock
  readonly wire: Wire
}

/** A function whose environments handle one invocation at a time, and can be killed during it. */
export interface SimulatedFunction<Input, Output> {
  /** Throws `Killed` if the environment is killed or runs out of time. */
  invoke(input: Input): Promise<Output>
}

export class Killed extends Error {}

export interface World {
  readonly clock: Clock
  readonly faults: Faults
  readonly chance: Seeded
}

/** How long the SDK waits for an answer. */
const requestTimeoutMs = 3_000
/** A new promise each time: a shared one would keep every waiter in memory for ever. */
const never = () => new Promise<never>(() => {})

/**
 * A function with a maximum number of concurrent environments. `start` creates the handler of a new
 * environment with empty memory. The handler gets a function that returns its remaining time.
 */
export function simulatedFunction<Input, Output>(
  { clock, faults, chance }: World,
  o: { readonly name: string; readonly environments: number; readonly timeoutMs: number },
  start: (environment: Environment) => (input: Input, remainingMs: () => number) => Promise<Output>,
): SimulatedFunction<Input, Output> {
  const idle: ReturnType<typeof startEnvironment>[] = []
  const waiting: (() => void)[] = []
  let busy = 0

  function startEnvironment() {
    let dead = false
    let die = (): void => {}
    const died = new Promise<never>((_, reject) => {
      die = () => {
        dead = true
        reject(new Killed(`${o.name} was killed`))
      }
    })
    died.catch(() => {})
    // Wall clocks differ between machines, and each may be reset, even back.
    let skewMs = chance.between(-2_000, 2_000)
    const own: Clock = {
      ...clock,
      now() {
        if (chance.next() < 0.02) skewMs = chance.between(-3_600_000, 3_600_000)
        return clock.now() + skewMs
      },
      async sleep(milliseconds) {
        await clock.sleep(milliseconds)
        if (dead) await never()
      },
    }
    const wire: Wire = async (place, effect, failed, timeoutMs = requestTimeoutMs) => {
      await own.sleep(chance.between(1, 15))
      const occasion = faults.draw(`${place} ${o.name}`, [...faultsAt(place), 'delay', 'kill'])
      switch (occasion?.fault) {
        case 'throttle':
        case 'fail':
        case 'conflict':
          return failed()
        case 'fail-after':
        case 'lose-answer':
          await effect()
          return failed()
        case 'kill':
          if (chance.next() < 0.5) await effect()
          die()
          return never()
        case 'delay': {
          // Carried out even if nobody waits for it any longer.
          const late = clock.sleep(occasion.afterMs).then(effect)
          late.catch(() => {})
          const patience = Math.min(timeoutMs, requestTimeoutMs)
          if (occasion.afterMs < patience) return late
          await own.sleep(patience)
          return failed()
        }
      }
      const answer = await effect()
      await own.sleep(chance.between(1, 15))
      return answer
    }
    const handle = start({ clock: own, wire })
    return {
      async handle(input: Input): Promise<Output> {
        const end = clock.elapsed() + o.timeoutMs
        let done = false
        const cutOff = clock.sleep(o.timeoutMs).then(() => done || die())
        const handled = handle(input, () => end - clock.elapsed())
        return Promise.race([handled, died, cutOff.then(() => died)]).finally(() => {
          done = true
        })
      },
      isDead: () => dead,
    }
  }

  return {
    async invoke(input) {
      if (busy >= o.environments) await new Promise<void>((free) => waiting.push(free))
      else busy++
      const environment = idle.splice(0, 1)[0] ?? startEnvironment()
      try {
        return await environment.handle(input)
      } finally {
        if (!environment.isDead()) idle.push(environment)
        // The next waiting invocation takes the free place.
        const next = waiting.shift()
        if (next) next()
        else busy--
      }
    },
  }
}
