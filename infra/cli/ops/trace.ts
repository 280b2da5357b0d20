import { parseStreamName, type StreamName } from '../../../domain/kernel/stream.ts'
import { type OpsCommand, type OpsRequest, oneOperand } from './command.ts'
import { allParked, type ParkedStream } from './parked.ts'
import type { Stores } from './ports.ts'
import { columns, printable } from './printing.ts'
import { readStored } from './stored-stream.ts'
import { timeOf } from './time.ts'
import type { Period } from './trace/logs.ts'
import { pathOf } from './trace/path.ts'
import type { Step } from './trace/step.ts'

/** How far back the logs are searched, in milliseconds, unless an option says otherwise. */
const dayMs = 24 * 60 * 60 * 1000
/** How long before its commit a request may have arrived, and how much clocks may differ, in milliseconds. */
const marginMs = 60_000

export const trace: OpsCommand = {
  name: 'trace',
  usage: 'trace CORRELATION_ID | --event STREAM/VERSION',
  summary:
    'the path of a request through the system, in order and with times; --from and --to limit the logs',
  options: ['event', 'from', 'to'],
  async run(request, _, stores) {
    const wanted = wantedOf(request)
    const opened = await stores()
    const { correlationId, period, known } = await wanted(opened)
    const logs = await opened.functionLogs()
    const { steps, streams } = await pathOf(correlationId, period, {
      logs,
      commits: opened.commits,
      known,
    })
    const parked = (await allParked(opened)).filter(({ stream }) => streams.includes(stream))
    return {
      json: { correlationId, streams, steps: steps.map((step) => shown(step, steps)), parked },
      text: textOf(correlationId, period, steps, parked),
      failed: steps.length === 0,
    }
  },
}

interface Wanted {
  readonly correlationId: string
  readonly period: Period
  /** A stream that has a commit of the request, even if no log line is left. */
  readonly known?: StreamName
}

function wantedOf(request: OpsRequest): (stores: Stores) => Promise<Wanted> {
  const { event, from, to } = request.options
  const given = {
    from: from === undefined ? undefined : timeOf('from', from),
    to: to === undefined ? undefined : timeOf('to', to),
  }
  if (event === undefined) {
    const correlationId = oneOperand(request, 'CORRELATION_ID, or --event STREAM/VERSION')
    return async ({ clock }) => periodOf(correlationId, clock.now() - dayMs, given, clock.now())
  }
  if (request.operands.length > 0) throw new Error('give a CORRELATION_ID or --event, not both')
  const place = /^(.+)\/([1-9]\d*)$/.exec(event)
  if (place === null) throw new Error(`--event is "${event}": give a stream and a version, such as user-1/2`)
  const { stream } = parseStreamName(place[1] ?? '')
  const version = Number(place[2])
  return async ({ commits, clock }) => {
    for await (const stored of readStored(commits, stream)) {
      if (!('commit' in stored)) continue
      const { commit } = stored
      if (version < commit.version || version >= commit.version + commit.events.length) continue
      const at = Date.parse(commit.at) - marginMs
      return { ...periodOf(commit.correlationId, at, given, clock.now()), known: stream }
    }
    throw new Error(`there is no readable event ${printable(event)}`)
  }
}

function periodOf(
  correlationId: string,
  earliest: number,
  given: { readonly from: number | undefined; readonly to: number | undefined },
  now: number,
): Wanted {
  const period = { from: given.from ?? earliest, to: given.to ?? Math.max(now, earliest) + marginMs }
  if (period.from >= period.to) throw new Error('--from is not before --to')
  return { correlationId, period }
}

/** A step as `--json` prints it. */
function shown({ at, component, what, outcome, isFailure, line }: Step, [first]: readonly Step[]) {
  const time = { at: new Date(at).toISOString(), offsetMs: at - (first?.at ?? at) }
  return { ...time, component, what, outcome, failed: isFailure, line }
}

function textOf(
  correlationId: string,
  { from }: Period,
  steps: readonly Step[],
  parked: readonly ParkedStream[],
): string {
  const [first] = steps
  if (first === undefined)
    return (
      `Nothing about ${printable(correlationId)} is logged since ${new Date(from).toISOString()}. ` +
      '--from TIME searches earlier logs; --event STREAM/VERSION begins at an event.'
    )
  const rows = steps.map(({ at, component, what, outcome, isFailure }) => [
    `+${at - first.at} ms`.padStart(12),
    component,
    what,
    isFailure ? `FAILED: ${outcome}` : outcome,
  ])
  const now = parked.map(({ by, stream, version, error }) => [
    'PARKED NOW',
    by,
    stream,
    `after version ${version}: ${error}`,
  ])
  return [
    `${printable(correlationId)} from ${new Date(first.at).toISOString()}`,
    columns([...rows, ...now]),
  ].join('\n')
}
