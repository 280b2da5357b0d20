/** A resource of the stack that a reaction may call. */
export type ReactionResource = 'event-store' | 'user-pool'

/** A reaction as data. The stack makes its function, rule, queue, alarm and permissions from this. */
export interface ReactionRow {
  /** Name of the function. Records of handled events contain this name, so it must never change. */
  readonly name: string
  /** The public events that it handles. */
  readonly eventTypes: readonly [string, ...string[]]
  /** The public schema of these events that the reaction can read. */
  readonly schema: number
  /** Earlier public schemas that it can also read, so that no event is lost while a new schema is deployed. */
  readonly olderSchemas?: readonly number[]
  readonly sendsMail: boolean
  /** The calls that only this reaction makes. Every reaction may read the event store and record handled events. */
  readonly calls: readonly ReactionCalls[]
  /**
   * The purpose of the secret that it reads, such as the key of a webhook. The stack makes the secret without a value,
   * and names it in the variable `SECRET_ARN` of the function.
   */
  readonly secret?: string
}

/** Every public schema that a reaction can read. */
export function schemasOf({ schema, olderSchemas = [] }: ReactionRow): readonly [number, ...number[]] {
  return [schema, ...olderSchemas]
}

export interface ReactionCalls {
  readonly resource: ReactionResource
  /** AWS actions by name, such as `dynamodb:PutItem`. */
  readonly actions: readonly string[]
}
