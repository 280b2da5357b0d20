import type * as z from 'zod/mini'
import type { Codec } from '../../domain/kernel/codec.ts'
import type { Event, Recorded } from '../../domain/kernel/event.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'

/**
 * A read model of one kind of aggregate, as pure functions. The engine folds the events of each stream,
 * renders before and after, and writes the difference; a projection never writes itself. A projection that
 * has been released is frozen: a change is a new version, in a folder of its own.
 */
export interface Projection<State, E extends Event> {
  readonly name: string
  readonly version: number
  /** The category of streams that it folds: the part of a stream's name before the first `-`. */
  readonly aggregate: string
  readonly events: Codec<E>
  /** Reads a state back from the guard's item, where it is stored as JSON. */
  readonly state: z.ZodMiniType<State>
  readonly initial: State
  /** Takes every event in every state. */
  evolve(state: State, event: Recorded<E>): State
  /** The rows that should exist for the stream of this id, besides the guard's item with the state. */
  render(state: State, id: string): readonly Row[]
  /** The amounts that the stream of this id counts for in this state. They follow the state, and are taken back when it changes. */
  count?(state: State, id: string): readonly Counter[]
  /** The permanent contribution of an event, whatever follows it. `state` is the one after the event. */
  record?(event: Recorded<E>, state: State, id: string): Contribution
}

/** A row of a list: `partition` names the list, `sort` the order in it. Neither contains the stream. */
export interface Row {
  readonly partition: string
  readonly sort: string
  readonly data: Readonly<Record<string, string | number | boolean>>
}

/** A part of some counters that streams have in common: they are read as the sum of all parts. */
export interface Counter {
  readonly partition: string
  readonly sort: string
  /** Whole numbers by the name of their counter. */
  readonly amounts: Readonly<Record<string, number>>
  /** How many items the counters are spread over (1): as many streams can count at the same moment. */
  readonly shards?: number
}

/** The permanent contribution of one event. */
export interface Contribution {
  /** Rows of a feed. The engine adds the event's version to their keys, so that each event has its own. */
  readonly rows?: readonly Row[]
  readonly counters?: readonly Counter[]
}

/** One build of a projection version's rows, under keys of its own. */
export interface Generation<State, E extends Event> {
  readonly projection: Projection<State, E>
  readonly generation: number
}

/** The name that a generation's keys, cursors and entity tags start with. */
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

/** It follows from the generation and the stream alone, and its item is never deleted. */
export function guardKey(generation: string, stream: StreamName): RowKey {
  return { PK: `${generation}#${stream}`, SK: 'guard' }
}

export function partitionKey(generation: string, partition: string): string {
  return `${generation}#${partition}`
}

/** The stream is part of every row's key, so no row is shared by two streams. */
export function rowItem(generation: string, stream: StreamName, row: Row): RowItem {
  return {
    PK: partitionKey(generation, row.partition),
    SK: `${row.sort}#${stream}`,
    data: JSON.stringify(row.data),
  }
}

/** A row that an event leaves: the event is part of its key. */
export function feedItem(generation: string, stream: StreamName, version: number, row: Row): RowItem {
  return rowItem(generation, stream, { ...row, sort: `${row.sort}#${String(version).padStart(10, '0')}` })
}

/** The stream that a row stands for, from its key. */
export function streamOfRow(key: RowKey): string {
  return key.SK.slice(key.SK.lastIndexOf('#') + 1)
}
