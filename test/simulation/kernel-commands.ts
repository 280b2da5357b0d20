import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Event } from '../../domain/kernel/event.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import { sampleOf } from '../kit/aggregates.ts'
import type { Seeded } from '../kit/seeded.ts'

/** The streams of one aggregate that a schedule writes to: several if they compete for a key. */
export function streamsOf(chance: Seeded): readonly StreamName[] {
  return chance.pick([['voyage-1'], ['voyage-1', 'voyage-2'], ['sailor-1', 'sailor-2']] as const)
}

/** A command that may be sent to a stream. The first command of each client creates the stream. */
export function commandOf(stream: StreamName, chance: Seeded, first: boolean): Command {
  const { aggregate, id } = parseStreamName(stream)
  const word = chance.pick(['Atlas', 'Globe'])
  if (aggregate === 'sailor') {
    const begin = { type: 'enlist', name: word }
    const others = [begin, { type: 'change-name', name: word }, { type: 'retire' }]
    return { actorId: id, ...(first ? begin : chance.pick(others)) }
  }
  const begin = { type: 'plan-voyage', name: word }
  const charter = { type: 'charter-ship', ship: chance.pick(['Argo', 'ARGO', 'Beagle']) }
  // A command that is listed twice is sent twice as often.
  const others = [
    begin,
    { type: 'rename-voyage', name: word },
    { type: 'rename-voyage', name: word },
    { type: 'write-note', note: word },
    charter,
    charter,
    { type: 'return-ship' },
    { type: 'sign-on', sailorId: '2', role: chance.pick(['mate', 'hand']) },
    { type: 'sign-off', sailorId: '2' },
    { type: 'postpone-voyage' },
    { type: 'resume-voyage' },
  ]
  return { actorId: '1', ...(first ? begin : chance.pick(others)) }
}

/** Whether a command names no version, because its stream did not exist before it. */
export function isCreating({ type }: Command): boolean {
  return type === 'enlist' || type === 'plan-voyage'
}

export type Deployed = Aggregate<unknown, Command, Event>

/**
 * An aggregate as one deploy has it. A deploy may decide additional events in the same commit, and its states may
 * have another fold.
 */
export function deployed(name: string, chance: Seeded): Deployed {
  const { aggregate } = sampleOf(name)
  const more: Event[] = Array.from({ length: chance.between(0, 2) }, (_, n) =>
    name === 'sailor'
      ? { type: 'SailorRenamed', data: { name: `more ${n}` } }
      : { type: 'NoteWritten', data: { note: `more ${n}` } },
  )
  const fold = chance.pick(['one', 'two'])
  const own = (state: unknown) => {
    const { fold: by = fold } = state as { fold?: string } // `evolve` adds the fold to a state; the initial state has none
    if (by !== fold) throw new Error(`broken: fold ${fold} was given a state of fold ${by}`)
    return state
  }
  return {
    ...aggregate,
    fold,
    evolve: (state, event) => ({ ...(aggregate.evolve(own(state), event) as object), fold }),
    decide(command, state) {
      const decided = aggregate.decide(command, own(state))
      return decided.length === 0 ? decided : [...decided, ...more]
    },
  }
}
