import type { Codec } from './codec.ts'
import type { Event } from './event.ts'
import { Problem } from './problem.ts'
import type { Publication } from './publication.ts'
import type { Reservation } from './reservation.ts'

/** A wish to change something, with everything a decision needs: who wishes it, and the ids it may use. */
export interface Command {
  readonly type: string
  readonly actorId: string
}

/**
 * Pure decisions about one stream. `decide` returns what happens, nothing where nothing changes (a repeated
 * command emits nothing), or throws a `Problem`; `evolve` takes every event in every state. Neither changes what
 * it is given: a state outlives the command, and later ones are decided on it.
 */
export interface Decider<State, C extends Command, E extends Event> {
  readonly initial: State
  evolve(state: State, event: E): State
  decide(command: C, state: State): readonly E[]
}

/** A decider with the category of its streams and the codec of its events. */
export interface Aggregate<State, C extends Command, E extends Event> extends Decider<State, C, E> {
  /** The category of its streams: the part of their names before the first `-`. */
  readonly name: string
  readonly events: Codec<E>
  /**
   * Fingerprint of `evolve`, by which snapshots of its states are recognised (`domain/generated/folds.ts`). Its states then are
   * what JSON can say. Without it there are no snapshots, and a long stream is slow to load.
   */
  readonly fold?: string
  /** Whether it exists and this person may know it. A stranger is told `not-found`, whatever else is wrong. */
  knownTo(state: State, actorId: string): boolean
  /**
   * The keys that its stream holds in this state, which no other stream may hold. A commit takes and releases the
   * difference of these before it and after it: at most 99 keys together, of at most 1,024 bytes each. A command that
   * would change more is `too-large`. `id` is the stream's, without the name.
   */
  holds?(state: State, id: string): readonly Reservation[]
}

/** An aggregate of the domain. It also decides which of its events other services receive. */
export interface PublishedAggregate<State, C extends Command, E extends Event>
  extends Aggregate<State, C, E> {
  readonly publication: Publication<E['type']>
}

/** Makes a function that finds the aggregate of a category in a list. It throws `unreadable` for any other category. */
export function aggregatesNamed<Listed extends { readonly name: string }>(
  aggregates: readonly Listed[],
): (category: string) => Listed {
  return (category) => {
    const found = aggregates.find(({ name }) => name === category)
    if (found === undefined) throw new Problem('unreadable', `Unknown category "${category}".`)
    return found
  }
}
