import { guardKey } from '../../../projections/engine/projection.ts'
import {
  type GenerationList,
  type ListedGeneration,
  rolledBack,
  switchedTo,
} from '../../../projections/generations/generation-list.ts'
import { type Verified, verify } from '../../../projections/rebuild/verification/verify.ts'
import { type OpsCommand, oneOperand } from './command.ts'
import { candidateOf, changeList, codeOf, readList } from './generations.ts'
import type { Ports } from './ports.ts'
import { createProgress } from './progress.ts'
import { verifiedJson } from './verified-json.ts'

export const replaySwitch: OpsCommand = {
  name: 'replay switch',
  usage: 'replay switch PROJECTION [--accept-parked]',
  summary: 'verifies the generation that is built, and lets queries read it from then on',
  options: ['acceptParked'],
  async run(request, open) {
    const projection = oneOperand(request, 'PROJECTION')
    const ports = await open()
    const list = await readList(ports, projection)
    // Refused here rather than after a long verification.
    const candidate = switchable(list, projection)
    const { id } = candidate
    const progress = createProgress(ports.clock, request.tell)
    const verified = await verify(codeOf(ports, projection, candidate), {
      ...ports,
      repair: true,
      onProgress: ({ streams }) =>
        progress(streams, (rate) => `${id}: ${streams} streams compared, ${rate} a second`),
    })
    const { objections: against, parked, newlyParked } = await objectionsTo(verified, list.live, ports)
    const isAccepted = request.options.acceptParked === true
    if (parked.length > 0 && !isAccepted) against.push(`streams parked in both generations: ${parked.length}`)
    if (against.length > 0) {
      return {
        json: { projection, live: list.live, refused: against, verified: verifiedJson(verified) },
        text: refusalText({ id, projection, against, parked, newlyParked }),
        failed: true,
      }
    }
    await changeList(ports, projection, (now) =>
      switchedTo(now, id, new Date(ports.clock.now()).toISOString()),
    )
    return {
      json: { projection, live: id, previous: list.live },
      text: [
        `queries read ${id} within five seconds; replay rollback ${projection} returns to ${list.live}`,
        ...(parked.length > 0 ? [`parked streams: ${named(parked)}`] : []),
      ].join('\n'),
    }
  },
}

export const replayRollback: OpsCommand = {
  name: 'replay rollback',
  usage: 'replay rollback PROJECTION',
  summary: 'lets queries read the generation that they read before the switch',
  options: [],
  async run(request, open) {
    const projection = oneOperand(request, 'PROJECTION')
    const ports = await open()
    const { live, previous } = await changeList(ports, projection, (list) => {
      for (const one of list.generations.filter(({ id }) => id === list.previous))
        codeOf(ports, projection, one)
      return rolledBack(list, new Date(ports.clock.now()).toISOString())
    })
    return { json: { projection, live, previous }, text: `queries read ${live} within five seconds` }
  },
}

/**
 * Returns the objections to the switch, and the streams that are parked both in this generation and in the live one. A
 * stream that changed during the comparison is not an objection, because some always change on a busy stack.
 */
async function objectionsTo(
  { found, findings, counters }: Verified,
  live: string,
  { rows }: Ports,
): Promise<{ objections: string[]; parked: readonly string[]; newlyParked: readonly string[] }> {
  const parked = findings.filter((finding) => finding.found === 'parked').map(({ stream }) => stream)
  const isAlike = await Promise.all(
    parked.map(async (stream) => (await rows.readGuard(guardKey(live, stream))).guard?.parked !== undefined),
  )
  const alike = parked.filter((_, index) => isAlike[index])
  const newly = found.parked - alike.length
  const names = parked.filter((_, index) => !isAlike[index])
  const objections = [
    found.behind > 0 && `streams that are behind: ${found.behind}`,
    found.different > 0 && `streams that differ from their events: ${found.different}`,
    found.feed > 0 && `streams with wrong rows in feeds: ${found.feed}`,
    newly > 0 && `streams that are parked here but not in ${live}: ${newly}`,
    counters.different.length > 0 && `counters that differ: ${counters.different.length}`,
  ].filter((objection) => objection !== false)
  return { objections, parked: alike, newlyParked: names }
}

interface Refusal {
  readonly id: string
  readonly projection: string
  readonly against: readonly string[]
  readonly parked: readonly string[]
  readonly newlyParked: readonly string[]
}

function refusalText({ id, projection, against, parked, newlyParked }: Refusal): string {
  const lines = [`not switched to ${id}:`, ...against]
  if (newlyParked.length > 0) lines.push(`parked in ${id} only: ${named(newlyParked)}`)
  if (parked.length > 0) lines.push(`parked in both generations: ${named(parked)}`)
  if (parked.length > 0 && against.length === 1)
    lines.push(`parked list says why; replay switch ${projection} --accept-parked switches anyway`)
  else lines.push(`verify ${projection} shows more; replay cancel ${projection} abandons ${id}`)
  return lines.join('\n')
}

/** Maximum number of streams that a line names. */
const maxNamed = 10

function named(streams: readonly string[]): string {
  const more = streams.length - maxNamed
  return streams.slice(0, maxNamed).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/**
 * Returns the generation to switch to. Throws an Error that says what to do if there is none, or if an older one is
 * kept.
 */
function switchable(list: GenerationList, projection: string): ListedGeneration {
  const { previous, generations } = list
  const candidate = candidateOf(list)
  if (candidate !== undefined) {
    if (previous === undefined) return candidate
    throw new Error(
      `${previous} is still kept for a rollback. Remove it with replay clean ${projection}, then switch to ${candidate.id}`,
    )
  }
  if (generations.some(({ status }) => status === 'building'))
    throw new Error(`The replay of ${projection} is not finished. Resume it with: replay start ${projection}`)
  if (previous !== undefined)
    throw new Error(
      `only the previous generation ${previous} is built. Return to it with: replay rollback ${projection}`,
    )
  throw new Error(`no other generation of ${projection} is built. Build one with: replay start ${projection}`)
}
