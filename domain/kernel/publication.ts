import type * as z from 'zod/mini'
import type { Codec } from './codec.ts'
import type { Event } from './event.ts'

/** One entry of the catalogue of public events: what leaves of a stored event, under a schema number of its own. */
export interface CatalogueEntry<Type extends string = string> {
  readonly type: Type
  /** Counts the public shapes from 1, apart from the stored ones. */
  readonly schema: number
  readonly description: string
  readonly data: z.ZodMiniType
  readonly example: unknown
  /** Returns the public data of a stored event, whose stream has this id. Throws if it does not fit the schema. */
  publish(event: Event & { readonly id: string }): unknown
}

/** The decision about every type of event of one aggregate: published, or private for a reason. */
export interface Publication<Type extends string = string> {
  readonly public: readonly CatalogueEntry<Type>[]
  /** The reason of each type that is not published. */
  readonly private: Readonly<Record<string, string>>
  /** Id of the stream that the examples are about. */
  readonly exampleId: string
}

/** A stored event as the public one is made from it: `id` is the stream's, without the aggregate. */
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
  /** Why nothing leaves. */
  readonly private: string
}

/** TypeScript infers `Schemas` from the `data` of each decision, so that `from` and `example` are checked against it. */
type Decisions<E extends Event, Schemas extends Record<E['type'], unknown>> = {
  readonly [Type in keyof Schemas]: PublicDefinition<E, Type, Schemas[Type]> | PrivateDefinition
}

/**
 * Declares which events of an aggregate are public, as what, and why the other events are private. A type of event
 * without a decision does not compile. Throws at once for a type that the codec does not know.
 */
export function publication<E extends Event, Schemas extends Record<E['type'], unknown>>(
  { schemas }: Codec<E>,
  decisions: Decisions<E, Schemas>,
  { exampleId = '1' }: { readonly exampleId?: string } = {},
): Publication<E['type']> {
  const published: CatalogueEntry<E['type']>[] = []
  const reasons: Record<string, string> = {}
  // `Object.entries` forgets the types; `Decisions` has checked each of them.
  const all = Object.entries(decisions) as [
    E['type'],
    PublicDefinition<E, string, unknown> | PrivateDefinition,
  ][]
  for (const [type, decision] of all) {
    if (!Object.hasOwn(schemas, type)) throw new Error(`"${type}" is no event of this aggregate.`)
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
    // The entry was looked up by the type of the event, which determines its data.
    publish: (event) => data.parse(from({ id: event.id, data: event.data as Source<E, string>['data'] })),
  }
}
