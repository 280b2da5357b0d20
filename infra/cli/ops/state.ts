import { parseStreamName, type StreamName } from '../../../domain/kernel/stream.ts'
import { type OpsCommand, oneOperand } from './command.ts'
import type { Ports } from './ports.ts'
import { jsonText, reasonOf } from './printing.ts'
import { readStored } from './stored-stream.ts'
import { timeOf } from './time.ts'

/** The point up to which events are folded: the end, a version, or a time in milliseconds since 1970. */
export interface Until {
  readonly version?: number | undefined
  readonly time?: number | undefined
}

/** A past state of a stream. It is read-only: no event can be appended at it. */
export interface PastState {
  readonly stream: StreamName
  /** Version of the last event in the state. `at` is the time of that event. */
  readonly version: number
  readonly at: string
  readonly state: unknown
}

export const state: OpsCommand = {
  name: 'state',
  usage: 'state STREAM [--version N | --at TIME]',
  summary:
    'the state that commands are decided on: now, after an event, or at a time such as 2026-01-31T12:00Z',
  options: ['version', 'at'],
  async run(request, ports) {
    const { stream } = parseStreamName(oneOperand(request, 'STREAM'))
    const until = untilOf(request.options)
    const past = await stateUntil(await ports(), stream, until)
    const text = `${stream} at version ${past.version}, ${past.at}\n${jsonText(past.state, 2)}`
    return { json: past, text }
  },
}

/** Folds a stream from its first event. Throws an Error that names the event that cannot be read, or the stream's end. */
export async function stateUntil(
  { commits, aggregateNamed }: Pick<Ports, 'commits' | 'aggregateNamed'>,
  stream: StreamName,
  { version: wanted, time }: Until,
): Promise<PastState> {
  const aggregate = aggregateNamed(parseStreamName(stream).aggregate)
  let folded = aggregate.initial
  let last: { readonly version: number; readonly at: string } | undefined
  const unreadable = (version: number, reason: string) =>
    new Error(
      `version ${version} of ${stream} cannot be read: ${reason}${version > 1 ? ` Show the state before it with: --version ${version - 1}` : ''}`,
    )

  for await (const stored of readStored(commits, stream)) {
    if (wanted !== undefined && stored.version > wanted) break
    if (!('commit' in stored)) throw unreadable(stored.version, stored.unreadable)
    const { commit } = stored
    if (time !== undefined && Date.parse(commit.at) > time) {
      if (last === undefined) throw new Error(`${stream} begins at ${commit.at}`)
      break
    }
    for (const [index, event] of commit.events.entries()) {
      const version = commit.version + index
      if (wanted !== undefined && version > wanted) break
      try {
        folded = aggregate.evolve(folded, aggregate.events.decode(event))
      } catch (error) {
        throw unreadable(version, reasonOf(error))
      }
      last = { version, at: commit.at }
    }
  }
  if (last === undefined) throw new Error(`there is no stream ${stream}`)
  if (wanted !== undefined && last.version < wanted)
    throw new Error(`${stream} ends at version ${last.version}`)
  return { stream, ...last, state: folded }
}

function untilOf({ version, at }: { version?: string | undefined; at?: string | undefined }): Until {
  if (version !== undefined && at !== undefined) throw new Error('give --version or --at, not both')
  if (version !== undefined) {
    const number = Number(version)
    if (!/^\d+$/.test(version) || number < 1 || !Number.isSafeInteger(number))
      throw new Error(`--version is "${version}": give the number of an event, from 1`)
    return { version: number }
  }
  if (at === undefined) return {}
  return { time: timeOf('at', at) }
}
