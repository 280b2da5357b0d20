import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { Database } from '../database.ts'
import type { Wire } from '../wire.ts'

/** An event store, raw or ready-made, as everybody is measured: through what its users call. */
export interface Contestant {
  readonly name: string
  readonly wire: Wire
  /**
   * Puts the first event of a new stream, and returns how to put one commit of these events after it. That alone
   * is measured, and it needs no load.
   */
  begin(stream: string, events: readonly Counted[]): Promise<() => Promise<void>>
  /** Grows a new stream to so many events, one in a commit, each as its own appends would leave it. */
  fill(stream: string, events: number): Promise<void>
  /** Loads and folds a whole stream. */
  load(stream: string): Promise<State>
  /** A whole command, cold: load, decide on one event, append; on conflict from the start, as its users would. */
  command(stream: string, commandId: string): Promise<void>
  /** The same in a process that keeps what it has seen of streams; nothing where the contestant cannot. */
  readonly warmCommand?: (stream: string, commandId: string) => Promise<void>
  /** Where its events lie, and what is read of one item. */
  readonly table: string
  eventsOf(item: Record<string, AttributeValue>): readonly unknown[]
  close(): void
}

/** What each file of a contestant exports as `enter`: makes its tables, and itself. */
export type Enter = (database: Database) => Promise<readonly Contestant[]>

/** The one event of the benchmarks. `n` counts from 1 and says which event of its stream the decision took it for. */
export interface Counted {
  readonly n: number
  readonly text: string
}

export interface State {
  readonly count: number
  /** Events that were decided on another state than that which they were put on. */
  readonly wrong: number
}

export const eventType = 'Counted'
export const initial: State = { count: 0, wrong: 0 }

export function evolve(state: State, { n }: Counted): State {
  return { count: state.count + 1, wrong: state.wrong + (n === state.count + 1 ? 0 : 1) }
}

/** The JSON of an event's data takes this many bytes unless a row says otherwise. */
export const eventBytes = 300

export function counted(n: number, bytes = eventBytes): Counted {
  const empty = JSON.stringify({ n, text: '' }).length
  return { n, text: prose.repeat(Math.ceil(bytes / prose.length)).slice(0, bytes - empty) }
}

/** Text as people write it, and longer than an event, so that those who compress find what they would find. */
const prose =
  'The quarterly plan for the northern office moves to the second floor; 14 of 32 desks are taken, and Thursday ' +
  'is reviewed with everyone who asked for a window. Costs stay at 1,280 a month until March, says the contract. ' +
  'Movers come at seven, so nobody should leave anything on top of a cabinet; whatever is not labelled by then ' +
  'goes into storage for half a year. Two meeting rooms keep their old numbers because visitors know them, the ' +
  'kitchen gets a door, and printing happens downstairs only. Questions go to the usual address, with a subject. '

/** What a commit says besides its events: once a commit, for everybody. */
export interface CommitMetadata {
  readonly commandId: string
  readonly digest: string
  readonly at: string
  readonly actorId: string
  readonly correlationId: string
  readonly causationId: string
}

/** Of the length of real ids; the command id stays apart from every other that is given here. */
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

/** Three attempts, which is what the libraries with a loop of their own make; the last conflict is the caller's. */
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
