import type { Deadline } from '../../domain/kernel/cost.ts'
import { type Commit, lastVersion } from '../../domain/kernel/event.ts'
import type { EventStore, Page } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import type { Delivery } from '../delivery/stream-record.ts'
import { typeAt } from '../engine/catch-up.ts'
import { entryOf } from './envelope.ts'
import type { BusEntry } from './event-bus.ts'
import type { EventCatalogue } from './event-catalogue.ts'
import type { Mark } from './parked-streams.ts'

/** An event to send, and the record to deliver again if sending fails. */
export interface PlannedEvent {
  readonly entry: BusEntry
  readonly version: number
  readonly sequenceNumber: string
}

/** An event that the current code can never send. */
export interface Poison {
  readonly version: number
  readonly error: unknown
  /** The type of the event, if its commit is readable. */
  readonly type?: string | undefined
}

export interface PlanOptions {
  readonly store: EventStore
  readonly deadline: Deadline
  readonly catalogue: EventCatalogue
  /** Versions up to which streams have no gap. The function keeps them between batches. */
  readonly known?: Map<StreamName, number>
}

export interface Plan {
  readonly stream: StreamName
  readonly mark: Mark | undefined
  /** Whether the batch reaches the mark, so that the held events are tried again. */
  readonly heals: boolean
  readonly events: readonly PlannedEvent[]
  readonly poison: Poison | undefined
  /** The first version of the held events that are too many for this plan; undefined if all are in it. */
  readonly rest: number | undefined
}

/**
 * Plans which events of a stream to send for its records in one batch. The records may come in any order and more than
 * once. For a parked stream, the events before the mark come from the records. The events from the mark to the end of
 * the stream come from the store, because their records may no longer be available. Nothing is sent from the first
 * poison event on, or after a gap. Throws if the store does not answer.
 */
export async function planOf(
  stream: StreamName,
  delivered: readonly Delivery[],
  mark: Mark | undefined,
  options: PlanOptions,
): Promise<Plan> {
  const heldFrom = mark?.version ?? Number.POSITIVE_INFINITY
  const before = delivered.filter(({ version }) => version < heldFrom)
  const runs: Run[] = before.map(({ commit, version, sequenceNumber }) =>
    'unreadable' in commit
      ? { events: [], poison: { version, error: commit.unreadable } }
      : runOf([commit], { from: version, before: heldFrom, sequenceNumber }, options.catalogue),
  )
  runs.push(await gapBefore(stream, before, options))

  const first = delivered.find((delivery) => endOf(delivery) >= heldFrom)
  const held =
    first === undefined ? undefined : await heldRun(stream, heldFrom, first.sequenceNumber, options)
  if (held !== undefined) runs.push(held)

  const [poison] = runs.flatMap((run) => run.poison ?? []).sort((a, b) => a.version - b.version)
  const events = new Map<number, PlannedEvent>()
  for (const event of runs.flatMap((run) => run.events))
    if (event.version < (poison?.version ?? Number.POSITIVE_INFINITY) && !events.has(event.version))
      events.set(event.version, event)
  return { stream, mark, heals: first !== undefined, events: [...events.values()], poison, rest: held?.rest }
}

/** Plans the events of a parked stream without its records: those from its mark on, from the store. */
export async function planHeld(
  stream: StreamName,
  mark: Mark,
  options: PlanOptions,
  sequenceNumber = '',
): Promise<Plan> {
  const { events, poison, rest } = await heldRun(stream, mark.version, sequenceNumber, options)
  return { stream, mark, heals: true, events, poison, rest }
}

/** Plans to send the public events of consecutive commits again, up to the first event that cannot be sent. */
export function planAgain(
  commits: readonly Commit[],
  catalogue: EventCatalogue,
): Pick<Plan, 'events' | 'poison'> {
  const from = commits[0]?.version ?? 1
  const run = runOf(commits, { from, before: Number.POSITIVE_INFINITY, sequenceNumber: '' }, catalogue)
  return { events: run.events, poison: run.poison }
}

/** Maximum bytes of events in memory at once. */
const maxHeldBytes = 4 * 1024 * 1024

/**
 * Reads the events to send from a version on from the store. The first commit is read alone. If it is still poison,
 * nothing after it is read.
 */
async function heldRun(
  stream: StreamName,
  from: number,
  sequenceNumber: string,
  { store, deadline, catalogue }: PlanOptions,
): Promise<HeldRun> {
  const events: PlannedEvent[] = []
  let bytes = 0
  let next = from
  let oneByOne = false
  for (let limit: number | undefined = 1; ; limit = oneByOne ? 1 : undefined) {
    const page = await readHeld(store, stream, next, deadline, limit)
    if ('unreadable' in page) {
      if (limit === 1) return { events, poison: page.unreadable }
      // One commit of the page is unreadable. Those before it are readable.
      oneByOne = true
      continue
    }
    const bounds = { from: next, before: Number.POSITIVE_INFINITY, sequenceNumber }
    const run = runOf(page.commits, bounds, catalogue)
    events.push(...run.events)
    bytes += run.events.reduce((sum, { entry }) => sum + entry.detail.length, 0)
    const last = page.commits.at(-1)
    if (run.poison !== undefined || last === undefined || !page.more) return { events, poison: run.poison }
    next = lastVersion(last) + 1
    if (bytes >= maxHeldBytes) return { events, rest: next }
  }
}

/**
 * Finds the first gap before the commits of these records, and returns it as poison. An event is missing in the store,
 * so its effect on the following ones is unknown. The commit before a record is usually in the same batch, or is known
 * from the batch before.
 */
async function gapBefore(
  stream: StreamName,
  delivered: readonly Delivery[],
  { store, deadline, known = new Map() }: PlanOptions,
): Promise<Run> {
  let end = known.get(stream) ?? 0
  for (const delivery of delivered.toSorted((a, b) => a.version - b.version)) {
    const before = delivery.version - 1
    if (before > end) {
      const page = await readHeld(store, stream, before, deadline, 1)
      if ('unreadable' in page) return { events: [], poison: page.unreadable }
      if (page.commits.length === 0) {
        const error = new Problem(
          'unreadable',
          `${stream} has a commit at ${delivery.version}, but no commit before it.`,
        )
        return { events: [], poison: { version: before, error } }
      }
    }
    end = Math.max(end, endOf(delivery))
  }
  if (delivered.length > 0) remember(known, stream, end)
  return { events: [] }
}

/** Maximum number of streams whose last version without a gap is remembered. */
const maxKnown = 10_000

function remember(known: Map<StreamName, number>, stream: StreamName, end: number): void {
  known.delete(stream)
  known.set(stream, end)
  const [oldest] = known.keys()
  if (known.size > maxKnown && oldest !== undefined) known.delete(oldest)
}

function endOf({ commit, version }: Delivery): number {
  return 'unreadable' in commit ? version : lastVersion(commit)
}

interface Run {
  readonly events: readonly PlannedEvent[]
  readonly poison?: Poison | undefined
}

interface HeldRun extends Run {
  /** The first version after this run of commits. */
  readonly rest?: number
}

interface RunBounds {
  readonly from: number
  /** The version to stop at. */
  readonly before: number
  readonly sequenceNumber: string
}

/** Returns the public events of consecutive commits, up to the first event that cannot be sent. */
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
    const type = typeAt(commits, version)
    return version < before ? { events, poison: { version, error, type } } : { events }
  }
}

/** Reads a page of commits from a version on. If the store cannot read it, that version is poison. */
async function readHeld(
  store: EventStore,
  stream: StreamName,
  from: number,
  deadline: Deadline,
  limit: number | undefined,
): Promise<Page | { unreadable: Poison }> {
  try {
    return await store.read(stream, from, deadline, limit)
  } catch (error) {
    if (error instanceof Problem && error.code === 'unreadable')
      return { unreadable: { version: from, error } }
    throw error
  }
}
