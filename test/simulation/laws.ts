import { checkContiguous, fromItem } from '../../commands/event-store/commit-item.ts'
import type { Commit } from '../../domain/kernel/event.ts'
import { lastVersion } from '../../domain/kernel/event.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import type { RowItem } from '../../projections/engine/projection.ts'
import { type EventType, publicEventOf } from '../../projections/forwarder/public-events.ts'
import { sampleOf } from '../kit/aggregates.ts'
import { foldOf, generationId, guardKey } from '../kit/read-side.ts'
import type { SimulatedBackend } from './backend.ts'
import type { Outcome } from './client.ts'

/** Throws an Error that names the first law that does not hold once everything has come to rest. */
export async function checkLaws(backend: SimulatedBackend, outcomes: readonly Outcome[]): Promise<void> {
  const streams = new Map<StreamName, Commit[]>()
  for (const commit of backend.table.all().map(fromItem)) {
    streams.set(commit.stream, [...(streams.get(commit.stream) ?? []), commit])
  }
  for (const commits of streams.values()) checkStream(commits)
  for (const outcome of outcomes) checkOutcome(outcome, streams)
  checkReservations(backend, streams)
  await checkRows(backend, streams)
  checkPublished(backend, [...streams.values()].flat())
}

function checkStream(commits: readonly Commit[]): void {
  checkContiguous(commits, 1)
  same('a command id stands once', new Set(commits.map(({ commandId }) => commandId)).size, commits.length)
  const times = commits.map(({ at }) => at)
  same('time does not go back in a stream', times, [...times].sort())
}

/** What was acknowledged stands where the answer says, and every copy of a command that wrote got that answer. */
function checkOutcome({ name, answers }: Outcome, streams: ReadonlyMap<string, readonly Commit[]>): void {
  const written = answers.filter(({ status, answer }) => status === 200 && answer.events.length > 0)
  for (const { answer } of written) {
    const commit = streams.get(answer.stream)?.find((one) => lastVersion(one) === answer.version)
    const stored = commit?.events.map(({ type }, index) => ({ type, version: commit.version + index }))
    same(`the answer of ${name} is what is stored`, answer.events, stored)
    same(`the copies of ${name} get one answer`, answer, written[0]?.answer)
  }
}

function checkReservations(
  { table }: SimulatedBackend,
  streams: ReadonlyMap<StreamName, readonly Commit[]>,
): void {
  const held = [...streams].flatMap(([stream, commits]) => {
    const { aggregate, id } = parseStreamName(stream)
    const { initial, evolve, events, holds } = sampleOf(aggregate).aggregate
    const state = commits.flatMap((commit) => [...events.decodeCommit(commit)]).reduce(evolve, initial)
    return (holds?.(state, id) ?? []).map(({ set, key }) => `${set}/${key} ${stream}`)
  })
  const reserved = table.reserved().map(({ set, key, stream }) => `${set}/${key} ${stream}`)
  same('what is reserved is what the streams hold', reserved.sort(), held.sort())
}

async function checkRows({ rows }: SimulatedBackend, streams: ReadonlyMap<StreamName, readonly Commit[]>) {
  const wanted: RowItem[] = []
  for (const [stream, commits] of streams) {
    for (const generation of sampleOf(parseStreamName(stream).aggregate).generations) {
      const fold = foldOf(generation, stream, commits)
      const { guard } = await rows.readGuard(guardKey(generationId(generation), stream))
      const reached = guard && { ...guard, state: JSON.parse(guard.state) }
      const { version, state } = fold
      same(`${stream} is folded to its end, and parked nowhere`, reached, { version, state })
      wanted.push(...fold.rows)
    }
  }
  const texts = (some: readonly RowItem[]) =>
    some.map(({ data, ...key }) => canonical({ ...key, data: JSON.parse(data) })).sort()
  same('the rows are those of the fold', texts(rows.rows()), texts(wanted))
}

function checkPublished({ published, marks }: SimulatedBackend, commits: readonly Commit[]): void {
  const wanted = commits.flatMap(({ stream, version, events }) =>
    // What the codec has stored is a type that it knows.
    events.flatMap(({ type }, index) =>
      publicEventOf(type as EventType) === undefined ? [] : [`${stream}/${version + index}`],
    ),
  )
  same('every public event was published, and nothing else', [...new Set(published)].sort(), wanted.sort())
  same('no stream is parked by the forwarder', marks.all().size, 0)
}

/** Compares as JSON: what is not there is not said. */
function same(law: string, found: unknown, wanted: unknown): void {
  const [a, b] = [canonical(found), canonical(wanted)]
  if (a !== b) throw new Error(`broken: ${law}\n  found  ${a}\n  wanted ${b}`)
}

function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
