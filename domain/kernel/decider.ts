import type { Codec } from './codec.ts'
import type { Event } from './event.ts'
import { Problem } from './problem.ts'
import type { Publication } from './publication.ts'
import type { Reservation, TakenKey } from './reservation.ts'

/**
 * A request to change something. It contains everything that a decision needs, such as the actor and the ids that it
 * may use.
 */
export interface Command {
  readonly type: string
  readonly actorId: string
}

/**
 * Pure decisions about one stream. `decide` returns the events that happen, or an empty list if nothing changes, or
 * throws a `Problem`. A repeated command therefore emits nothing. `evolve` accepts every event in every state. Neither
 * function modifies its arguments, because a state is kept and later commands are decided on it.
 */
export interface Decider<State, C extends Command, E extends Event> {
  readonly initial: State
  evolve(state: State, event: E): State
  decide(command: C, state: State): readonly E[]
}

/** A decider with the category of its streams and the codec of its events. */
export interface Aggregate<State, C extends Command, E extends Event> extends Decider<State, C, E> {
  /** The category of the aggregate's streams: the part of their names before the first `-`. */
  readonly name: string
  readonly events: Codec<E>
  /**
   * The fingerprint of `evolve` (`domain/generated/folds.ts`), which marks the snapshots of its states. An aggregate
   * with a fold has only states that JSON can represent. An aggregate without one has no snapshots, and its long
   * streams load slowly.
   */
  readonly fold?: string
  /**
   * Whether the aggregate exists and the actor may know that. Everyone else gets `not-found`, even if the command has
   * other faults.
   */
  knownTo(state: State, actorId: string): boolean
  /**
   * The keys that the stream holds in this state. No other stream may hold them. A commit takes and releases the
   * difference between the keys before it and after it. Together these are at most 99 keys, each of at most 1,024
   * bytes. A command that would change more is `too-large`. `id` is the id of the stream, without the aggregate's name.
   */
  holds?(state: State, id: string): readonly Reservation[]
  /**
   * The problem that a client gets if a command would take this key and another stream holds it. The name of a set is
   * internal, so this is the only source of the code. Without this function, the code is `taken`.
   */
  taken?(reservation: Reservation): TakenKey
}

/** An aggregate of the domain. It also declares which of its events other services receive. */
export interface PublishedAggregate<State, C extends Command, E extends Event>
  extends Aggregate<State, C, E> {
  readonly publication: Publication<E['type']>
}

/**
 * Makes a function that finds the aggregate of a category in a list. That function throws `unreadable` for any other
 * category.
 */
export function aggregatesNamed<Listed extends { readonly name: string }>(
  aggregates: readonly Listed[],
): (category: string) => Listed {
  return (category) => {
    const found = aggregates.find(({ name }) => name === category)
    if (found === undefined) throw new Problem('unreadable', `Unknown category "${category}".`)
    return found
  }
}
