import type { Deadline } from '../../domain/kernel/cost.ts'
import { type Commit, lastVersion } from '../../domain/kernel/event.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import type { Delivery } from '../delivery/stream-record.ts'
import { entryOf } from './envelope.ts'
import type { BusEntry } from './event-bus.ts'
import type { EventCatalogue } from './event-catalogue.ts'
import type { Mark } from './parked-streams.ts'

/** An event to send, and the record to deliver again if that fails. */
export interface PlannedEvent {
  readonly entry: BusEntry
  readonly version: number
  readonly sequenceNumber: string
}

/** An event that cannot be sent, now or later, with the code that runs. */
export interface Poison {
  readonly version: number
  readonly error: unknown
}

export interface PlanOptions {
  readonly store: EventStore
  readonly deadline: Deadline
  readonly catalogue: EventCatalogue
}

export interface Plan {
  readonly stream: StreamName
  readonly mark: Mark | undefined
  /** Whether the batch reaches the mark, so that what was held back since is tried again. */
  readonly heals: boolean
  readonly events: readonly PlannedEvent[]
  readonly poison: Poison | undefined
}

/**
 * The events to send of a stream for its records of one batch, which may come in any order and more than once.
 * Of a parked stream, what lies before the mark comes from the records, and everything from the mark on from the
 * store, to its end: records were held back that are gone, and they may have been later ones than these. Nothing
 * is sent from the first poison on. Throws where the store does not answer.
 */
export async function planOf(
  stream: StreamName,
  delivered: readonly Delivery[],
  mark: Mark | undefined,
  options: PlanOptions,
): Promise<Plan> {
  const heldFrom = mark?.version ?? Number.POSITIVE_INFINITY
  const runs = delivered
    .filter(({ version }) => version < heldFrom)
    .map(({ commit, version, sequenceNumber }) =>
      'unreadable' in commit
        ? { events: [], poison: { version, error: commit.unreadable } }
        : runOf([commit], { from: version, before: heldFrom, sequenceNumber }, options.catalogue),
    )

  const first = delivered.find((delivery) => endOf(delivery) >= heldFrom)
  if (first !== undefined) {
    runs.push(await heldRun(stream, heldFrom, first.sequenceNumber, options))
  }

  const [poison] = runs.flatMap((run) => run.poison ?? []).sort((a, b) => a.version - b.version)
  const events = new Map<number, PlannedEvent>()
  for (const event of runs.flatMap((run) => run.events))
    if (event.version < (poison?.version ?? Number.POSITIVE_INFINITY) && !events.has(event.version))
      events.set(event.version, event)
  return { stream, mark, heals: first !== undefined, events: [...events.values()], poison }
}

/** The events to send of a parked stream without any record of it: everything from its mark on, from the store. */
export async function planHeld(stream: StreamName, mark: Mark, options: PlanOptions): Promise<Plan> {
  // There is no record to deliver again.
  const { events, poison } = await heldRun(stream, mark.version, '', options)
  return { stream, mark, heals: true, events, poison }
}

/**
 * The events to send again of consecutive commits of a stream: their public events, up to the first that
 * cannot be sent.
 */
export function planAgain(
  commits: readonly Commit[],
  catalogue: EventCatalogue,
): Pick<Plan, 'events' | 'poison'> {
  const from = commits[0]?.version ?? 1
  const run = runOf(commits, { from, before: Number.POSITIVE_INFINITY, sequenceNumber: '' }, catalogue)
  return { events: run.events, poison: run.poison }
}

async function heldRun(
  stream: StreamName,
  from: number,
  sequenceNumber: string,
  { store, deadline, catalogue }: PlanOptions,
): Promise<Run> {
  const held = await readHeld(store, stream, from, deadline)
  if ('unreadable' in held) return { events: [], poison: held.unreadable }
  return runOf(held.commits, { from, before: Number.POSITIVE_INFINITY, sequenceNumber }, catalogue)
}

function endOf({ commit, version }: Delivery): number {
  return 'unreadable' in commit ? version : lastVersion(commit)
}

interface Run {
  readonly events: readonly PlannedEvent[]
  readonly poison?: Poison | undefined
}

interface RunBounds {
  readonly from: number
  /** The version to stop at. */
  readonly before: number
  readonly sequenceNumber: string
}

/** The public events of commits that follow each other, up to the first that cannot be sent. */
function runOf(
  commits: readonly Commit[],
  { from, before, sequenceNumber }: RunBounds,
  catalogue: EventCatalogue,
): Run {
  const events: PlannedEvent[] = []
  let version = from
  try {
    for (const commit of commits) {
      const codec = catalogue.codecOf(parseStreamName(commit.stream).aggregate)
      for (const event of codec.decodeCommit(commit, from)) {
        if (event.version >= before) return { events }
        version = event.version
        const entry = entryOf(event, catalogue)
        if (entry !== undefined) events.push({ entry, version, sequenceNumber })
        version += 1
      }
    }
    return { events }
  } catch (error) {
    return version < before ? { events, poison: { version, error } } : { events }
  }
}

/** Every commit from a version on; where the store cannot read one, that version is still poison. */
async function readHeld(
  store: EventStore,
  stream: StreamName,
  from: number,
  deadline: Deadline,
): Promise<{ commits: readonly Commit[] } | { unreadable: Poison }> {
  const commits: Commit[] = []
  try {
    let next = from
    for (let more = true; more; ) {
      const page = await store.read(stream, next, deadline)
      commits.push(...page.commits)
      const last = commits.at(-1)
      next = last === undefined ? next : lastVersion(last) + 1
      more = page.more
    }
    return { commits }
  } catch (error) {
    if (error instanceof Problem && error.code === 'unreadable')
      return { unreadable: { version: from, error } }
    throw error
  }
}
