import type * as z from 'zod/mini'
import type { Codec } from '../../domain/kernel/codec.ts'
import type { Event, Recorded } from '../../domain/kernel/event.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'

/**
 * A read model of one category, as pure functions. The engine folds the events of each stream, renders the rows before
 * and after, and writes the difference. A projection itself writes nothing. A released projection is frozen: a change
 * is a new version, in a folder of its own.
 */
export interface Projection<State, E extends Event> {
  readonly name: string
  readonly version: number
  /** The category of the streams that it folds: the part of their names before the first `-`. */
  readonly aggregate: string
  readonly events: Codec<E>
  /** The schema that parses a state. The guard's item stores the state as JSON. */
  readonly state: z.ZodMiniType<State>
  readonly initial: State
  /** Accepts every event in every state. */
  evolve(state: State, event: Recorded<E>): State
  /** The rows that should exist for the stream of this id, besides the guard's item with the state. */
  render(state: State, id: string): readonly Row[]
  /**
   * The amounts that the stream of this id counts in this state. They follow the state: when it changes, the former
   * amounts are subtracted.
   */
  count?(state: State, id: string): readonly Counter[]
  /** The permanent contribution of an event, which later events do not change. `state` is the state after the event. */
  record?(event: Recorded<E>, state: State, id: string): Contribution
}

/** A row of a list. `partition` names the list, `sort` is the order in the list. Neither contains the stream. */
export interface Row {
  readonly partition: string
  readonly sort: string
  readonly data: Readonly<Record<string, string | number | boolean>>
}

/** A stream's amounts for counters that many streams share. A counter is read as the sum of all amounts. */
export interface Counter {
  readonly partition: string
  readonly sort: string
  /** Whole numbers by the name of their counter. */
  readonly amounts: Readonly<Record<string, number>>
  /** Number of items that the counters are spread over, by default 1. That many streams can count at the same time. */
  readonly shards?: number
}

/** The permanent contribution of one event. */
export interface Contribution {
  /** Rows of a feed. The engine adds the event's version to their keys, so that each event has its own rows. */
  readonly rows?: readonly Row[]
  readonly counters?: readonly Counter[]
}

/** One build of a projection version's rows, with keys of its own. */
export interface Generation<State, E extends Event> {
  readonly projection: Projection<State, E>
  readonly generation: number
}

/** The name of a generation. Its keys, cursors and entity tags start with it. */
export function generationId<State, E extends Event>({
  projection,
  generation,
}: Generation<State, E>): string {
  return `${projection.name}.v${projection.version}.${generation}`
}

export interface RowKey {
  readonly PK: string
  readonly SK: string
}

/** A key as one text. */
export function nameOf({ PK, SK }: RowKey): string {
  return JSON.stringify([PK, SK])
}

export interface RowItem extends RowKey {
  /** The row's data as JSON. */
  readonly data: string
}

/** The key of a guard. It depends only on the generation and the stream. The item is never deleted. */
export function guardKey(generation: string, stream: StreamName): RowKey {
  return { PK: `${generation}#${stream}`, SK: 'guard' }
}

export function partitionKey(generation: string, partition: string): string {
  return `${generation}#${partition}`
}

/** Makes the item of a row. Its key contains the stream, so two streams never share a row. */
export function rowItem(generation: string, stream: StreamName, row: Row): RowItem {
  return {
    PK: partitionKey(generation, row.partition),
    SK: `${row.sort}#${stream}`,
    data: JSON.stringify(row.data),
  }
}

/** Makes the item of a feed row. Its key contains the version of the event. */
export function feedItem(generation: string, stream: StreamName, version: number, row: Row): RowItem {
  return rowItem(generation, stream, { ...row, sort: `${row.sort}#${String(version).padStart(10, '0')}` })
}

/** Returns the stream of a row from its key. */
export function streamOfRow(key: RowKey): string {
  return key.SK.slice(key.SK.lastIndexOf('#') + 1)
}
