/** A resource of the stack that a reaction may call. */
export type ReactionResource = 'event-store' | 'user-pool'

/** A reaction as data. The stack makes its function, rule, queue, alarm and grants from this. */
export interface ReactionRow {
  /** Name of its function. The events that it has handled are remembered under this name, so it never changes. */
  readonly name: string
  /** The public events that it reacts to. */
  readonly eventTypes: readonly [string, ...string[]]
  /** The public schema of these events that it reads. */
  readonly schema: number
  readonly sendsMail: boolean
  /** Its calls besides those of every reaction, which reads the event store and remembers handled events. */
  readonly calls: readonly ReactionCalls[]
  /**
   * The purpose of the secret that it reads, such as the key of a webhook. The stack makes the secret without a value,
   * and names it in the variable `SECRET_ARN` of the function.
   */
  readonly secret?: string
}

export interface ReactionCalls {
  readonly resource: ReactionResource
  /** AWS actions by name, such as `dynamodb:PutItem`. */
  readonly actions: readonly string[]
}
