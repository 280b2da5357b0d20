import { guardKey } from '../../../projections/engine/projection.ts'
import {
  type GenerationList,
  rolledBack,
  switchedTo,
} from '../../../projections/generations/generation-list.ts'
import { type Verified, verify } from '../../../projections/rebuild/verification/verify.ts'
import { type OpsCommand, oneOperand } from './command.ts'
import { changeList, codeOf, readList } from './generations.ts'
import type { Ports } from './ports.ts'
import { createProgress } from './progress.ts'
import { verifiedJson } from './verified-json.ts'

export const replaySwitch: OpsCommand = {
  name: 'replay switch',
  usage: 'replay switch PROJECTION',
  summary: 'verifies the generation that is built, and lets queries read it from then on',
  options: [],
  async run(request, open) {
    const projection = oneOperand(request, 'PROJECTION')
    const ports = await open()
    const list = await readList(ports, projection)
    const candidate = candidateOf(list, projection)
    const { id } = candidate
    // Refused here rather than after a long verification.
    switchedTo(list, id, new Date(ports.clock.now()).toISOString())
    const progress = createProgress(ports.clock, request.tell)
    const verified = await verify(codeOf(ports, projection, candidate), {
      ...ports,
      repair: true,
      onProgress: ({ streams }) =>
        progress(streams, (rate) => `${id}: ${streams} streams compared, ${rate} a second`),
    })
    const against = await objectionsTo(verified, list.live, ports)
    if (against.length > 0) {
      return {
        json: { projection, live: list.live, refused: against, verified: verifiedJson(verified) },
        text: `not switched to ${id}:\n${against.join('\n')}\nverify ${projection} shows more`,
        failed: true,
      }
    }
    await changeList(ports, projection, (now) =>
      switchedTo(now, id, new Date(ports.clock.now()).toISOString()),
    )
    return {
      json: { projection, live: id, previous: list.live },
      text: `queries read ${id} within five seconds; replay rollback ${projection} goes back to ${list.live}`,
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
 * The objections to reading a generation. A stream that moved and could not be compared is none: on a busy stack
 * that is always so. Nor does a stream that is parked in the live generation as well.
 */
async function objectionsTo(
  { found, findings, counters }: Verified,
  live: string,
  { rows }: Ports,
): Promise<readonly string[]> {
  const parked = findings.filter((finding) => finding.found === 'parked')
  const alike = await Promise.all(
    parked.map(
      async ({ stream }) => (await rows.readGuard(guardKey(live, stream))).guard?.parked !== undefined,
    ),
  )
  const newly = found.parked - alike.filter(Boolean).length
  return [
    found.behind > 0 && `streams that are behind: ${found.behind}`,
    found.different > 0 && `streams that differ from their events: ${found.different}`,
    found.feed > 0 && `streams with wrong rows in feeds: ${found.feed}`,
    newly > 0 && `streams parked that are not in ${live}: ${newly}`,
    counters.different.length > 0 && `counters that differ: ${counters.different.length}`,
  ].filter((objection) => objection !== false)
}

/** The one generation that is built and was never read. */
function candidateOf({ live, previous, generations }: GenerationList, projection: string) {
  const built = generations.filter(({ id, status }) => status === 'built' && id !== live && id !== previous)
  const [candidate] = built.toReversed()
  if (candidate !== undefined) return candidate
  if (generations.some(({ status }) => status === 'building'))
    throw new Error(`its replay is not done: replay start ${projection} resumes it`)
  throw new Error(`no other generation of ${projection} is built: replay start ${projection} builds one`)
}
