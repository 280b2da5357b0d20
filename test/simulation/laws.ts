import { checkContiguous, fromItem } from '../../commands/event-store/commit-item.ts'
import { type Commit, lastVersion } from '../../domain/kernel/event.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import type { CounterItem } from '../../projections/engine/counters.ts'
import type { RowItem } from '../../projections/engine/projection.ts'
import { createMemoryGenerationLists } from '../../projections/generations/memory-generation-lists.ts'
import type { ProjectionVersions } from '../../projections/generations/projection-versions.ts'
import type { EventCatalogue } from '../../projections/publishing/event-catalogue.ts'
import { sampleOf } from '../kit/aggregates.ts'
import { foldOf, generationId, guardKey, totals } from '../kit/memory/read-side.ts'
import type { Outcome } from './answers.ts'
import type { SimulatedApp } from './app.ts'
import type { SimulatedBackend } from './backend.ts'

/** A command, and the answers to each of its copies. The answers name the events that it wrote. */
export interface Acknowledged {
  readonly command: string
  readonly answers: readonly Written[]
}

export interface Written {
  readonly stream: string
  /** The version of the last event. */
  readonly version: number
  readonly events: readonly { readonly type: string; readonly version: number }[]
}

export type Streams = ReadonlyMap<StreamName, readonly Commit[]>

/** Throws an Error that names the first broken law once the whole backend is idle. */
export async function checkLaws(
  { versions, catalogue }: SimulatedApp,
  backend: SimulatedBackend,
  outcomes: readonly Outcome[],
): Promise<void> {
  const acknowledged = outcomes.map(({ name, answers }) => ({
    command: name,
    answers: answers.filter(({ status }) => status === 200).map(({ answer }) => answer),
  }))
  const streams = await checkKernel(versions, backend, acknowledged)
  checkPublished(catalogue, backend, [...streams.values()].flat())
}

/** Checks the laws of the event store and of the read models. Returns the stored streams. */
export async function checkKernel(
  versions: ProjectionVersions,
  { table, rows, lists }: Pick<SimulatedBackend, 'table' | 'rows'> & Partial<Pick<SimulatedBackend, 'lists'>>,
  acknowledged: readonly Acknowledged[],
): Promise<Streams> {
  const streams = new Map<StreamName, Commit[]>()
  for (const commit of table.all().map(fromItem)) {
    streams.set(commit.stream, [...(streams.get(commit.stream) ?? []), commit])
  }
  for (const commits of streams.values()) checkStream(commits)
  for (const command of acknowledged) checkAnswers(command, streams)
  checkReservations(table, streams)
  await checkRows(versions, rows, streams, lists)
  return streams
}

function checkStream(commits: readonly Commit[]): void {
  checkContiguous(commits, 1)
  same('a command id is stored once', new Set(commits.map(({ commandId }) => commandId)).size, commits.length)
  const times = commits.map(({ at }) => at)
  same('time does not go back in a stream', times, [...times].sort())
}

/**
 * Checks that acknowledged events are stored at their version, and that every copy of the command got that
 * answer.
 */
function checkAnswers({ command, answers }: Acknowledged, streams: ReadonlyMap<string, readonly Commit[]>) {
  const written = answers.filter(({ events }) => events.length > 0)
  for (const answer of written) {
    const commit = streams.get(answer.stream)?.find((one) => lastVersion(one) === answer.version)
    const stored = commit?.events.map(({ type }, index) => ({ type, version: commit.version + index }))
    same(`the answer of ${command} equals the stored events`, answer.events, stored)
    same(`the copies of ${command} get the same answer`, answer, written[0])
  }
}

function checkReservations(table: SimulatedBackend['table'], streams: Streams): void {
  const held = [...streams].flatMap(([stream, commits]) => {
    const { aggregate, id } = parseStreamName(stream)
    const { initial, evolve, events, holds } = sampleOf(aggregate).aggregate
    const state = commits.flatMap((commit) => [...events.decodeCommit(commit)]).reduce(evolve, initial)
    return (holds?.(state, id) ?? []).map(({ set, key }) => `${set}/${key} ${stream}`)
  })
  const reserved = table.reserved().map(({ set, key, stream }) => `${set}/${key} ${stream}`)
  same('the reserved keys are those that the streams hold', reserved.sort(), held.sort())
}

/** Checks the rows of every listed generation, and that there are no others. */
async function checkRows(
  versions: ProjectionVersions,
  rows: SimulatedBackend['rows'],
  streams: Streams,
  lists: SimulatedBackend['lists'] = createMemoryGenerationLists(),
): Promise<void> {
  const read = await lists.read(versions.names)
  const wanted: RowItem[] = []
  const counters: CounterItem[] = []
  for (const [stream, commits] of streams) {
    const { aggregate } = parseStreamName(stream)
    const listed = versions.names.flatMap((name) =>
      versions.listOf(name, read.lists).generations.flatMap(({ version, generation }) => {
        const code = versions.numbered(name, version)
        return code?.aggregate === aggregate ? [{ projection: code.projection, generation }] : []
      }),
    )
    for (const generation of listed) {
      const fold = foldOf(generation, stream, commits)
      const { guard } = await rows.readGuard(guardKey(generationId(generation), stream))
      const reached = guard && { ...guard, state: JSON.parse(guard.state) }
      const { version, state } = fold
      same(`${stream} is folded to its end, and not parked`, reached, { version, state })
      wanted.push(...fold.rows, ...fold.feed)
      counters.push(...fold.counters)
    }
  }
  const texts = (some: readonly RowItem[]) =>
    some.map(({ data, ...key }) => canonical({ ...key, data: JSON.parse(data) })).sort()
  same('the rows are those of the fold', texts(rows.rows()), texts(wanted))
  same('the counters are those of all folds', totals(rows.counters()), totals(counters))
}

function checkPublished(
  { publicEventOf }: EventCatalogue,
  { published, marks }: SimulatedBackend,
  commits: readonly Commit[],
): void {
  const wanted = commits.flatMap(({ stream, version, events }) =>
    events.flatMap(({ type }, index) =>
      publicEventOf(type) === undefined ? [] : [`${stream}/${version + index}`],
    ),
  )
  same('every public event was published, and no other event', [...new Set(published)].sort(), wanted.sort())
  same('no stream is parked by the forwarder', marks.all().size, 0)
}

/** Compares as JSON, so that a missing field equals undefined. */
export function same(law: string, found: unknown, wanted: unknown): void {
  const a = canonical(found)
  const b = canonical(wanted)
  if (a !== b) throw new Error(`broken: ${law}\n  found  ${a}\n  wanted ${b}`)
}

function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
