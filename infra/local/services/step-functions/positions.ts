import type { Variables } from './expressions.ts'

/** The position of a workflow: in a state, or at its end. */
export type Position = InState | Ended

export interface InState {
  readonly state: string
  readonly input: unknown
  /** The variables, including those of the workflows around it. */
  readonly variables: Variables
  /** In milliseconds since the epoch, like all times here. */
  readonly enteredAt: number
  readonly enteredEventId: number
  /** How often each retrier of the state was used. */
  readonly retries?: readonly number[]
  /** The end of a wait: of a Wait state, or before a retry. */
  readonly wakeAt?: number
  /** Id of the event that the first events of its branches or iterations follow, once they have begun. */
  readonly startedEventId?: number
  /** The items of a Map. */
  readonly items?: readonly unknown[]
}

export interface Ended {
  readonly output: unknown
  readonly previousEventId: number
}

/**
 * Everything needed to resume after a kill: the position of each workflow of an execution, by the path of the
 * workflow. The path of the machine itself is empty. A branch or iteration has the path of the workflow around it,
 * followed by its number.
 */
export interface Positions {
  get(path: string): Position | undefined
  set(path: string, position: Position): void
  /** Deletes the positions of all workflows inside the workflow with this path. */
  forgetWithin(path: string): void
}
