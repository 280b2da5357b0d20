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
import { readList } from './generations.ts'
import { columns, jsonText } from './printing.ts'
import { createProgress } from './progress.ts'
import { verifiedJson } from './verified-json.ts'

export const verify: OpsCommand = {
  name: 'verify',
  usage: 'verify PROJECTION [--repair]',
  summary:
    'folds every stream again and compares; --repair adds missing rows; exits with 1 if the live generation has faults',
  options: ['repair'],
  async run(request, ports) {
    const name = oneOperand(request, 'PROJECTION')
    const opened = await ports()
    opened.versions.newestOf(name)
    // A generation that is being built is verified once it is complete.
    const generations = (await keptGenerations(opened.versions, opened.lists)).filter(
      ({ projection, building }) => projection === name && building !== true,
    )
    const repair = request.options.repair === true
    const results: Verified[] = []
    for (const generation of generations) {
      const onProgress = progressOf(generation.id, opened.clock, request.tell)
      results.push(await verifyGeneration(generation, { ...opened, repair, onProgress }))
    }
    // No query reads the others, so their faults are shown but do not count as failures.
    const { live, previous } = await readList(opened, name)
    const clean = results.every((result) => result.clean || result.generation !== live)
    const text = results
      .map((result) => {
        const { generation } = result
        const role = generation === live ? 'live' : generation === previous ? 'previous' : 'unread'
        return textOf(result, { repair, role, projection: name })
      })
      .join('\n')
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

interface Shown {
  readonly repair: boolean
  /** `previous` and `unread`: no query reads the generation. */
  readonly role: 'live' | 'previous' | 'unread'
  readonly projection: string
}

function textOf(verified: Verified, shown: Shown): string {
  const { generation, streams, events, findings, repaired, counters, cost, clean } = verified
  const price = `${Math.ceil(cost.readUnits)} read units`
  const read = shown.role === 'live' ? '' : `, ${shown.role}: no query reads it`
  const lines = [
    `${generation}${read}: streams ${streams}, events ${events}, counters ${counters.compared}; ${price}`,
  ]
  if (shown.repair)
    lines.push(`repaired: ${repaired.streams} streams caught up, ${repaired.feedRows} rows of feeds put`)
  if (findings.length > 0) lines.push(columns(findings.map(cells)))
  const all = Object.values(verified.found).reduce((sum, count) => sum + count, 0)
  if (all > findings.length) lines.push(`… ${all} in all`)
  lines.push(...counterLines(counters))
  if (clean) lines.push('Nothing differs.')
  lines.push(...hintsFor(verified, shown))
  return lines.join('\n')
}

/** The commands that repair the faults found. */
function hintsFor({ found, findings, counters }: Verified, { repair, role, projection }: Shown): string[] {
  const ofFeeds = findings.filter((finding) => finding.found === 'feed').flatMap(({ details }) => details)
  const isMissing = ofFeeds.some((detail) => !detail.startsWith('wrong: '))
  const isWrong = ofFeeds.some((detail) => !detail.startsWith('missing: '))
  const hints: string[] = []
  if (found.parked > 0)
    hints.push('Parked: parked list says why. Run code that reads the event, then: parked resubmit --all')
  if (!repair && (found.behind > 0 || isMissing))
    hints.push(
      `Behind, or rows of feeds missing: verify ${projection} --repair catches up the streams and puts the rows.`,
    )
  if (found.uncompared > 0) hints.push(`Not compared: try verify ${projection} again.`)
  if (found.different + counters.different.length > 0 || isWrong || (repair && isMissing))
    hints.push(replacement[role](projection))
  return hints
}

/** Commands that replace a generation with different rows, which cannot be repaired in place. */
const replacement: Readonly<Record<Shown['role'], (projection: string) => string>> = {
  live: (projection) =>
    `Different or wrong: build a new generation with replay start ${projection}, then replay switch ${projection}.`,
  previous: (projection) =>
    `Different or wrong: do not roll back to it. Remove it with: replay clean ${projection}`,
  unread: (projection) =>
    `Different or wrong: abandon it with replay cancel ${projection}, then build another with replay start ${projection}.`,
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
