import type { Variables } from './expressions.ts'

/** Where a workflow is: in a state, or at its end. */
export type Position = InState | Ended

export interface InState {
  readonly state: string
  readonly input: unknown
  /** With those of the workflows around it. */
  readonly variables: Variables
  /** Milliseconds since the epoch, as all times here. */
  readonly enteredAt: number
  readonly enteredEventId: number
  /** How often each of its retriers was used. */
  readonly retries?: readonly number[]
  /** Until when it waits: a Wait, or a state before it is tried again. */
  readonly wakeAt?: number
  /** The event that its branches or iterations follow, once they have begun. */
  readonly startedEventId?: number
  /** The items of a Map. */
  readonly items?: readonly unknown[]
}

export interface Ended {
  readonly output: unknown
  readonly previousEventId: number
}

/**
 * Everything needed to resume after a kill: the position of each workflow of an execution by its path, which is `` for
 * the machine itself, and for the branches and iterations of the state that a workflow is in, its own and their number.
 */
export interface Positions {
  get(path: string): Position | undefined
  set(path: string, position: Position): void
  /** Deletes the positions of all workflows within the one of this path. */
  forgetWithin(path: string): void
}
