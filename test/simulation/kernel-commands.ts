import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Event } from '../../domain/kernel/event.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import { sampleOf } from '../kit/aggregates.ts'
import type { Seeded } from '../kit/seeded.ts'

/** The streams of one aggregate that a schedule writes to: more than one where they are rivals for a key. */
export function streamsOf(chance: Seeded): readonly StreamName[] {
  return chance.pick([['project-1'], ['project-1', 'project-2'], ['user-1', 'user-2']] as const)
}

/** A command that may be sent to a stream; the first of a client is one that begins it. */
export function commandOf(stream: StreamName, chance: Seeded, first: boolean): Command {
  const { aggregate, id } = parseStreamName(stream)
  const word = chance.pick(['Atlas', 'Globe'])
  if (aggregate === 'user') {
    const begin = { type: 'register-user', email: `${word}@example.com`, name: word }
    const others = [
      begin,
      { type: 'change-profile', name: word },
      { type: 'delete-account', hold: undefined },
    ]
    return { actorId: id, ...(first ? begin : chance.pick(others)) }
  }
  const begin = { type: 'create-project', title: word }
  const others = [
    { type: 'rename-project', title: word },
    { type: 'rename-project', title: word },
    { type: 'describe-project', description: word },
    { type: 'add-project-member', userId: '2', role: chance.pick(['editor', 'viewer']) },
    { type: 'remove-project-member', userId: '2' },
    { type: 'archive-project' },
    { type: 'restore-project' },
  ]
  return { actorId: '1', ...(first ? begin : chance.pick(others)) }
}

/** A command that names no version: what it makes was not there to be seen. */
export function isCreating({ type }: Command): boolean {
  return type === 'register-user' || type === 'create-project'
}

export type Deployed = Aggregate<unknown, Command, Event>

/** An aggregate as one deploy has it: another decides the same and more, in the same commit, or has states of its own. */
export function deployed(name: string, chance: Seeded): Deployed {
  const { aggregate } = sampleOf(name)
  const more: Event[] = Array.from({ length: chance.between(0, 2) }, (_, n) =>
    name === 'user'
      ? { type: 'UserProfileChanged', data: { name: `more ${n}` } }
      : { type: 'ProjectDescribed', data: { description: `more ${n}` } },
  )
  const fold = chance.pick(['one', 'two'])
  const own = (state: unknown) => {
    const { fold: by = fold } = state as { fold?: string } // what `evolve` has said; the initial state has none
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
