import type { Clock } from '../../../domain/kernel/clock.ts'
import { keptGenerations } from '../../../projections/generations/listed-generations.ts'
import type { Finding } from '../../../projections/rebuild/verification/finding.ts'
import {
  type Verified,
  type VerifyProgress,
  verify as verifyGeneration,
} from '../../../projections/rebuild/verification/verify.ts'
import type {
  CounterDifference,
  VerifiedCounters,
} from '../../../projections/rebuild/verification/verify-counters.ts'
import { type OpsCommand, oneOperand } from './command.ts'
import { columns, jsonText } from './printing.ts'
import { createProgress } from './progress.ts'
import { verifiedJson } from './verified-json.ts'

export const verify: OpsCommand = {
  name: 'verify',
  usage: 'verify PROJECTION [--repair]',
  summary:
    'folds every stream again and compares; --repair adds what is missing; exits with 1 if something is left',
  options: ['repair'],
  async run(request, ports) {
    const name = oneOperand(request, 'PROJECTION')
    const opened = await ports()
    opened.versions.newestOf(name)
    // What is being built is verified once it has everything.
    const generations = (await keptGenerations(opened.versions, opened.lists)).filter(
      ({ projection, building }) => projection === name && building !== true,
    )
    const repair = request.options.repair === true
    const results: Verified[] = []
    for (const generation of generations) {
      const onProgress = progressOf(generation.id, opened.clock, request.tell)
      results.push(await verifyGeneration(generation, { ...opened, repair, onProgress }))
    }
    const clean = results.every((result) => result.clean)
    const text = results.map((result) => textOf(result, repair)).join('\n')
    return { json: { projection: name, clean, generations: results.map(verifiedJson) }, text, failed: !clean }
  },
}

function progressOf(
  id: string,
  clock: Clock,
  tell: (text: string) => void,
): (progress: VerifyProgress) => void {
  let current = 0
  let progress = createProgress(clock, tell)
  return ({ walk, streams }) => {
    if (walk > 1 && walk !== current) progress = createProgress(clock, tell)
    current = walk
    const what = walk === 1 ? 'compared' : 'counted again, because counters differ'
    progress(streams, (rate) => `${id}: ${streams} streams ${what}, ${rate} a second`)
  }
}

function textOf(verified: Verified, repair: boolean): string {
  const { generation, streams, events, findings, repaired, counters, cost, clean } = verified
  const { behind, feed, different } = verified.found
  const price = `${Math.ceil(cost.readUnits)} read units`
  const lines = [
    `${generation}: streams ${streams}, events ${events}, counters ${counters.compared}; ${price}`,
  ]
  if (repair)
    lines.push(`repaired: ${repaired.streams} streams caught up, ${repaired.feedRows} rows of feeds put`)
  if (findings.length > 0) lines.push(columns(findings.map(cells)))
  const all = Object.values(verified.found).reduce((sum, count) => sum + count, 0)
  if (all > findings.length) lines.push(`… ${all} in all`)
  lines.push(...counterLines(counters))
  if (clean) lines.push('Nothing differs.')
  if (!repair && behind + feed > 0) lines.push('--repair catches up and puts rows that are missing in feeds.')
  if (different + counters.different.length > 0 || (repair && feed > 0))
    lines.push('What differs is not repaired in place: it takes a new generation.')
  return lines.join('\n')
}

function cells({ stream, found, version, end, details }: Finding): string[] {
  const place = version === end ? `at ${end}` : `at ${version} of ${end}`
  return [stream, named[found], place, details.join('; ')]
}

const named: Readonly<Record<Finding['found'], string>> = {
  behind: 'BEHIND',
  parked: 'PARKED',
  feed: 'FEED DIFFERS',
  different: 'DIFFERENT',
  uncompared: 'NOT COMPARED',
}

function counterLines({ different, moved, uncompared }: VerifiedCounters): string[] {
  const line = (what: string) => (counter: CounterDifference) => [
    `${counter.partition} ${counter.sort}`,
    what,
    `counted ${jsonText(counter.counted)}, found ${jsonText(counter.found)}`,
  ]
  const rows = [...different.map(line('COUNTER DIFFERS')), ...moved.map(line('NOT COMPARED: it moved'))]
  return [
    ...(rows.length > 0 ? [columns(rows)] : []),
    ...(uncompared === undefined ? [] : [`The counters were not compared: ${uncompared}.`]),
  ]
}
