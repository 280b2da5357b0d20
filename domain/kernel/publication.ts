import type * as z from 'zod/mini'
import type { Codec } from './codec.ts'
import type { Event } from './event.ts'

/** One entry of the catalogue of public events: how a stored event is published, under a schema number of its own. */
export interface CatalogueEntry<Type extends string = string> {
  readonly type: Type
  /** The number of the public shape, from 1. It is independent of the stored schema. */
  readonly schema: number
  readonly description: string
  readonly data: z.ZodMiniType
  readonly example: unknown
  /**
   * Returns the public data of a stored event. `id` is the id of its stream. Throws if the data does not fit the
   * schema.
   */
  publish(event: Event & { readonly id: string }): unknown
}

/** The decision about every type of event of an aggregate: public, or private with a reason. */
export interface Publication<Type extends string = string> {
  readonly public: readonly CatalogueEntry<Type>[]
  /** Why each private type is not published. */
  readonly private: Readonly<Record<string, string>>
  /** Id of the stream that the examples use. */
  readonly exampleId: string
}

/** A stored event and the id of its stream, without the aggregate's name. The public data is made from it. */
interface Source<E extends Event, Type extends PropertyKey> {
  readonly id: string
  readonly data: Extract<E, { type: Type }>['data']
}

interface PublicDefinition<E extends Event, Type extends PropertyKey, Schema> {
  readonly schema: number
  readonly description: string
  readonly data: Schema & z.ZodMiniType
  /** Makes the public data of a stored event. */
  readonly from: (event: Source<E, Type>) => z.input<Schema & z.ZodMiniType>
  readonly example: z.input<Schema & z.ZodMiniType>
}

interface PrivateDefinition {
  /** Why the event is not published. */
  readonly private: string
}

/** TypeScript infers `Schemas` from the `data` of each decision, so that `from` and `example` are checked against it. */
type Decisions<E extends Event, Schemas extends Record<E['type'], unknown>> = {
  readonly [Type in keyof Schemas]: PublicDefinition<E, Type, Schemas[Type]> | PrivateDefinition
}

/**
 * Declares which events of an aggregate are public and in which form, and why the others are private. Every type of
 * event needs a decision, or the code does not compile. Throws immediately for a type that the codec does not know.
 */
export function publication<E extends Event, Schemas extends Record<E['type'], unknown>>(
  { schemas }: Codec<E>,
  decisions: Decisions<E, Schemas>,
  { exampleId = '1' }: { readonly exampleId?: string } = {},
): Publication<E['type']> {
  const published: CatalogueEntry<E['type']>[] = []
  const reasons: Record<string, string> = {}
  // `Object.entries` loses the types. `Decisions` has already checked each of them.
  const all = Object.entries(decisions) as [
    E['type'],
    PublicDefinition<E, string, unknown> | PrivateDefinition,
  ][]
  for (const [type, decision] of all) {
    if (!Object.hasOwn(schemas, type)) throw new Error(`"${type}" is not an event of this aggregate.`)
    if ('private' in decision) reasons[type] = decision.private
    else published.push(entryOf<E>(type, decision))
  }
  return { public: published, private: reasons, exampleId }
}

function entryOf<E extends Event>(
  type: E['type'],
  { schema, description, data, from, example }: PublicDefinition<E, string, unknown>,
): CatalogueEntry<E['type']> {
  return {
    type,
    schema,
    description,
    data,
    example,
    // The type of the event selected this entry, and the type determines the data.
    publish: (event) => data.parse(from({ id: event.id, data: event.data as Source<E, string>['data'] })),
  }
}
