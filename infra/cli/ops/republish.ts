import { eachInParallel } from '../../../commands/aws/parallel.ts'
import { parseStreamName } from '../../../domain/kernel/stream.ts'
import { type Period, republish as republishStream } from '../../../projections/publishing/republish.ts'
import { type WalkedStream, walkStreams } from '../../../projections/rebuild/walk/walk.ts'
import { type OpsCommand, type OpsRequest, oneOperand } from './command.ts'
import type { Ports } from './ports.ts'
import { columns } from './printing.ts'
import { createProgress } from './progress.ts'
import { readStored } from './stored-stream.ts'
import { timeOf } from './time.ts'

/** The result of republishing. */
interface RepublishOutcome {
  /** Number of streams with events in the period, public or not. */
  readonly streams: number
  /** Number of public events that were sent. */
  readonly sent: number
  /** Number of public events that were not sent. `failures` holds the first thousand of them. */
  readonly unsent: number
  readonly failures: readonly RepublishFailure[]
}

interface RepublishFailure {
  readonly stream: string
  readonly version: number
  readonly error: string
  /** Whether this event ended its stream, so that no later event was tried. */
  readonly ends: boolean
}

/** Maximum number of streams that are sent at the same time, each with up to four concurrent requests. */
const concurrency = 4
const maxFailures = 1000

export const republish: OpsCommand = {
  name: 'republish',
  usage: 'republish STREAM | --from TIME --to TIME',
  summary: "sends a stream's public events again, or those of a period (--from inclusive, --to exclusive)",
  options: ['from', 'to'],
  async run(request, ports) {
    const wanted = wantedOf(request)
    const outcome = await wanted(await ports())
    return { json: outcome, text: textOf(outcome), failed: outcome.unsent > 0 }
  },
}

function wantedOf(request: OpsRequest): (ports: Ports) => Promise<RepublishOutcome> {
  const { from, to } = request.options
  if (from !== undefined || to !== undefined) {
    if (request.operands.length > 0) throw new Error('give a STREAM or --from and --to, not both')
    if (from === undefined || to === undefined) throw new Error('give both --from and --to')
    const period = { from: timeOf('from', from), to: timeOf('to', to) }
    if (period.from >= period.to) throw new Error(`--from ${from} is not before --to ${to}`)
    return (ports) => sendAll(walkStreams(ports.scan, ports.clock), ports, request, period)
  }
  const { stream } = parseStreamName(oneOperand(request, 'STREAM, or --from and --to'))
  return async (ports) => {
    const first = await readStored(ports.commits, stream).next()
    if (first.done) throw new Error(`there is no stream ${stream}`)
    return sendAll(only({ stream, items: [], whole: false }), ports, request)
  }
}

async function* only(walked: WalkedStream): AsyncGenerator<WalkedStream, void, undefined> {
  yield walked
}

async function sendAll(
  walk: AsyncGenerator<WalkedStream, void, undefined>,
  { store, bus, catalogue, clock }: Ports,
  { tell }: OpsRequest,
  period?: Period,
): Promise<RepublishOutcome> {
  const progress = createProgress(clock, tell)
  const failures: RepublishFailure[] = []
  let seen = 0
  let streams = 0
  let sent = 0
  let unsent = 0
  await eachInParallel(walk, concurrency, async (walked) => {
    const one = await republishStream(walked, { store, bus, catalogue, clock, period })
    seen += 1
    if (one.commits > 0 || one.unsent.length > 0) streams += 1
    sent += one.sent
    unsent += one.unsent.length
    for (const failure of one.unsent)
      if (failures.length < maxFailures) failures.push({ stream: one.stream, ...failure })
    progress(seen, (rate) => `${seen} streams looked at, ${rate} a second; ${sent} events sent`)
  })
  return { streams, sent, unsent, failures }
}

function textOf({ streams, sent, unsent, failures }: RepublishOutcome): string {
  const lines = failures.map(({ stream, version, error, ends }) => [
    stream,
    'NOT SENT',
    `version ${version}${ends ? ' and those after it' : ''}`,
    error,
  ])
  return [
    `events sent: ${sent}, from streams: ${streams}`,
    ...(lines.length > 0 ? [columns(lines)] : []),
    ...(unsent > failures.length ? [`… ${unsent} in all`] : []),
  ].join('\n')
}
