import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { Database } from '../database.ts'
import type { Wire } from '../wire.ts'

/** An event store, raw or ready-made. Each is measured through the calls that its users make. */
export interface Contestant {
  readonly name: string
  readonly wire: Wire
  /**
   * Puts the first event of a new stream. Returns a function that puts one commit of these events after it.
   * Only that function is measured, and it needs no load.
   */
  begin(stream: string, events: readonly Counted[]): Promise<() => Promise<void>>
  /**
   * Grows a new stream to this number of events, one per commit. The items equal those that its own appends
   * would leave.
   */
  fill(stream: string, events: number): Promise<void>
  /** Loads and folds a whole stream. */
  load(stream: string): Promise<State>
  /**
   * A whole cold command: load, decide on one event, append. On conflict it starts again, as its users
   * would.
   */
  command(stream: string, commandId: string): Promise<void>
  /** The same in a process that caches streams; undefined if the contestant cannot cache. */
  readonly warmCommand?: (stream: string, commandId: string) => Promise<void>
  /** Name of the table with its events, and how to read the events of one item. */
  readonly table: string
  eventsOf(item: Record<string, AttributeValue>): readonly unknown[]
  close(): void
}

/** The export `enter` of a contestant's file: creates its tables and the contestant. */
export type Enter = (database: Database) => Promise<readonly Contestant[]>

/**
 * The one event type of the benchmarks. `n` counts from 1: the version that the decision expected for the
 * event.
 */
export interface Counted {
  readonly n: number
  readonly text: string
}

export interface State {
  readonly count: number
  /** Events that were decided on a different state from the one that they were appended to. */
  readonly wrong: number
}

export const eventType = 'Counted'
export const initial: State = { count: 0, wrong: 0 }

export function evolve(state: State, { n }: Counted): State {
  return { count: state.count + 1, wrong: state.wrong + (n === state.count + 1 ? 0 : 1) }
}

/** Bytes of the JSON of an event's data, unless a row says otherwise. */
export const eventBytes = 300

export function counted(n: number, bytes = eventBytes): Counted {
  const empty = JSON.stringify({ n, text: '' }).length
  return { n, text: prose.repeat(Math.ceil(bytes / prose.length)).slice(0, bytes - empty) }
}

/** Natural text that is longer than an event, so that compression works as it does on real text. */
const prose =
  'The quarterly plan for the northern office moves to the second floor; 14 of 32 desks are taken, and Thursday ' +
  'is reviewed with everyone who asked for a window. Costs stay at 1,280 a month until March, says the contract. ' +
  'Movers come at seven, so nobody should leave anything on top of a cabinet; whatever is not labelled by then ' +
  'goes into storage for half a year. Two meeting rooms keep their old numbers because visitors know them, the ' +
  'kitchen gets a door, and printing happens downstairs only. Questions go to the usual address, with a subject. '

/** The metadata of a commit: every contestant stores it once per commit. */
export interface CommitMetadata {
  readonly commandId: string
  readonly digest: string
  readonly at: string
  readonly actorId: string
  readonly correlationId: string
  readonly causationId: string
}

/** Metadata with ids of real length; the command id is different in every call. */
export function metadata(commandId: string): CommitMetadata {
  return {
    commandId: commandId.padEnd(32, '.'),
    digest: 'd1ge57d1ge57d1ge',
    at: '2026-01-01T00:00:00.000Z',
    actorId: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    correlationId: '16fd2706-8baf-433b-82eb-8c7fada847da',
    causationId: '6fa459ea-ee8a-3ca4-894e-db77e160355e',
  }
}

/**
 * Makes three attempts, as the libraries with their own loop do. The last conflict is thrown to the caller.
 */
export async function inThreeAttempts(
  isConflict: (error: unknown) => boolean,
  attempt: () => Promise<void>,
): Promise<void> {
  for (let left = 2; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (left === 0 || !isConflict(error)) throw error
    }
  }
}
