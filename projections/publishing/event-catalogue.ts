import type { Codec } from '../../domain/kernel/codec.ts'
import type { Event } from '../../domain/kernel/event.ts'

/** The public form of a type of event. */
export interface PublicForm {
  /** Number of the public schema. */
  readonly schema: number
  /** Makes the public data of a stored event, whose stream has this id. Throws if it does not fit the schema. */
  publish(event: Event & { readonly id: string }): unknown
}

/** The events that the forwarder can read, and the public form of those that it sends. */
export interface EventCatalogue {
  /** The codec of a category's events. Throws `unreadable` for a category that this code does not have. */
  codecOf(category: string): Codec<Event>
  /** The public form of a type of event; undefined for a private one. */
  publicEventOf(type: string): PublicForm | undefined
}
