import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { withBuild } from '../../../projections/generations/generation-list.ts'
import {
  type ReplayOutcome,
  type ReplayProgress,
  replay,
} from '../../../projections/rebuild/replay/replay.ts'
import { type OpsCommand, type OpsRequest, oneOperand } from './command.ts'
import { buildingOf, changeList, codeOf, readList } from './generations.ts'
import type { Ports } from './ports.ts'

const usualSegments = 4
const maxSegments = 64
/** How long unfinished streams may take after ctrl-c. Streams that take longer are repeated later. */
const graceMs = 700

export const replayStart: OpsCommand = {
  name: 'replay start',
  usage: 'replay start PROJECTION',
  summary:
    'builds or resumes a generation; --segments N sets the number of parallel reads (4), --speed WCU the maximum write units a second',
  options: ['segments', 'speed'],
  async run(request, open) {
    const projection = oneOperand(request, 'PROJECTION')
    const segments = wholeNumber('segments', request.options.segments, {
      least: 1,
      most: maxSegments,
    })
    const writeUnits = writeUnitsOf(request.options.speed)
    const ports = await open()
    await begin(ports, projection, segments ?? usualSegments, request)
    const listed = buildingOf(await readList(ports, projection), projection)
    const generation = codeOf(ports, projection, listed)
    const report = reporter(request, ports, generation.id)
    const signal = request.untilInterrupted()
    const building = replay(generation, {
      ...ports,
      segments: listed.segments ?? usualSegments,
      signal,
      writeUnits,
      onProgress: report.tell,
    })
    const outcome = await Promise.race([building, stoppedAfter(signal)])
    const done = report.last()
    return {
      json: { generation: generation.id, outcome, ...done },
      text: textOf(outcome, generation.id, projection, done),
      failed: outcome !== 'built',
    }
  },
}

/** Resolves a fixed time after the signal, even if work is unfinished. */
async function stoppedAfter(signal: AbortSignal): Promise<ReplayOutcome> {
  if (!signal.aborted) await once(signal, 'abort')
  await delay(graceMs, undefined, { ref: false })
  return 'stopped'
}

/** Lists a new generation, unless one is being built. */
async function begin(
  ports: Ports,
  projection: string,
  segments: number,
  { tell }: OpsRequest,
): Promise<void> {
  const newest = ports.versions.newestOf(projection)
  const { generations, previous } = await readList(ports, projection)
  if (previous !== undefined)
    tell(`${previous} is kept for a rollback. Before the switch, remove it with: replay clean ${projection}`)
  const building = generations.find(({ status }) => status === 'building')
  if (building !== undefined) {
    tell(`resumes ${building.id}, in ${building.segments} segments`)
    return
  }
  let id = ''
  await changeList(ports, projection, (list) => {
    const begun = withBuild(list, newest.version, segments, (number) => newest.generation(number).id)
    id = begun.id
    return begun.list
  })
  tell(`builds ${id}, in ${segments} segments; ctrl-c stops it, replay start resumes it`)
}

/** Reports the progress, at most once a second. */
function reporter({ tell }: OpsRequest, { clock }: Ports, id: string) {
  const began = clock.now()
  let told = began
  let last: ReplayProgress = { commits: 0, parked: 0, writeUnits: 0 }
  return {
    last: () => last,
    tell(progress: ReplayProgress) {
      last = progress
      const now = clock.now()
      if (now - told < 1000) return
      told = now
      const rate = Math.round((progress.commits * 1000) / (now - began))
      const { commits, parked, writeUnits } = progress
      tell(`${id}: ${commits} commits, ${rate} a second, ${parked} parked, ${writeUnits} write units`)
    },
  }
}

function textOf(
  outcome: ReplayOutcome,
  id: string,
  projection: string,
  { commits, parked }: ReplayProgress,
): string {
  const did = `commits ${commits}, parked streams ${parked}`
  switch (outcome) {
    case 'built':
      return `${id} is built (${did}): replay switch ${projection} lets queries read it`
    case 'stopped':
      return `${id} is stopped (${did}): replay start ${projection} resumes it`
    case 'cancelled':
      return `${id} was cancelled meanwhile`
  }
}

/** Returns the maximum write units a second of a build that `--speed` gives. Throws if it is not such a number. */
export function writeUnitsOf(text: string | undefined): number | undefined {
  return wholeNumber('speed', text, { least: 1, most: 1_000_000 })
}

function wholeNumber(
  name: 'segments' | 'speed',
  text: string | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  if (text === undefined) return undefined
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (number < least || number > most) throw new Error(`--${name} is a whole number from ${least} to ${most}`)
  return number
}
