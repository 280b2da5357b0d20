import { lastVersion } from '../../../../domain/kernel/event.ts'
import { parseStreamName, type StreamName } from '../../../../domain/kernel/stream.ts'
import type { Stores } from '../ports.ts'
import { readStored } from '../stored-stream.ts'
import type { FunctionLogs, Period } from './logs.ts'
import { correlationIdsIn, type Step, stepOf } from './step.ts'

/** The path of a request through the system. */
export interface RequestPath {
  /** In the order in which they happened. */
  readonly steps: readonly Step[]
  /** The streams in which the request or a consequence of it committed events. */
  readonly streams: readonly StreamName[]
}

export interface PathPorts extends Pick<Stores, 'commits'> {
  readonly logs: FunctionLogs
  /** A stream that has a commit of the request, whether or not a log line names it. */
  readonly known?: StreamName | undefined
}

/** Maximum number of streams that are read. A request with more is a run of a schedule. */
const maxStreams = 20

/**
 * Puts together everything that happened under a correlation id: the log lines that contain it, the commits, and the log
 * lines about their streams that were written without any correlation id, such as those of a function that decodes files.
 */
export async function pathOf(
  correlationId: string,
  period: Period,
  { logs, commits, known }: PathPorts,
): Promise<RequestPath> {
  const lines = (await logs.find(correlationId, period)).map(stepOf)
  const named = [...new Set([...(known === undefined ? [] : [known]), ...lines.flatMap(streamsIn)])]
  const committed: Step[] = []
  const streams: StreamName[] = []
  for (const stream of named.slice(0, maxStreams)) {
    const found = await commitsOf(stream, correlationId, commits)
    if (found.length > 0) streams.push(stream)
    committed.push(...found)
  }
  const more: Step[] = []
  for (const stream of streams) {
    const about = await logs.find(parseStreamName(stream).id, period)
    more.push(...about.map(stepOf).filter((step) => correlationIdsIn(step).length === 0))
  }
  const steps = [...committed, ...lines, ...withoutRepeats(more)]
  return { steps: steps.toSorted((one, other) => one.at - other.at), streams }
}

/** Ids in log lines that are not ids of streams. */
const noStream = new Set(['correlationId', 'causationId', 'requestId', 'commandId', 'messageId'])

/** The streams that a line names: by `stream`, by the id of an event, or by a field such as `uploadId`. */
function streamsIn({ line = {} }: Step): readonly StreamName[] {
  const names: unknown[] = [line['stream'], String(line['event'] ?? '').split('/')[0]]
  for (const [field, value] of Object.entries(line))
    if (/^[a-z]+Id$/.test(field) && !noStream.has(field) && typeof value === 'string')
      names.push(`${field.slice(0, -2)}-${value}`)
  return names.flatMap((name) => {
    try {
      return typeof name === 'string' ? [parseStreamName(name).stream] : []
    } catch {
      return []
    }
  })
}

async function commitsOf(
  stream: StreamName,
  correlationId: string,
  commits: Stores['commits'],
): Promise<Step[]> {
  const steps: Step[] = []
  for await (const stored of readStored(commits, stream)) {
    if (!('commit' in stored) || stored.commit.correlationId !== correlationId) continue
    const { commit } = stored
    const types = commit.events.map(({ type }) => type)
    const last = lastVersion(commit)
    const versions = last === commit.version ? `version ${last}` : `versions ${commit.version} to ${last}`
    steps.push({
      at: Date.parse(commit.at),
      component: 'event store',
      what: `commit ${stream}`,
      outcome: `${versions}: ${types.join(', ')}`,
      isFailure: false,
      line: { stream, version: commit.version, events: types, commandId: commit.commandId },
    })
  }
  return steps
}

/** Two streams may have the same id, and then both find the same line. */
function withoutRepeats(steps: readonly Step[]): readonly Step[] {
  return [...new Map(steps.map((step) => [JSON.stringify(step), step])).values()]
}
