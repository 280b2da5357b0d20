import type { Spread } from './measure.ts'

/** A measured number, or its spread over the rounds. Nothing where it does not apply. */
export type Figure = number | Spread | undefined

export interface Column {
  readonly name: string
  /**
   * Which is the better of two figures. A column that only describes has none, nor has a time: two contestants'
   * were not taken side by side, their ratios to `raw` were.
   */
  readonly better?: 'less' | 'more'
}

export interface Row {
  /** What was done, the same for everyone who did it. */
  readonly what: string
  readonly contestant: string
  /** One for each column. */
  readonly figures: readonly Figure[]
  /** What keeps the row from being compared: a wrong result, say. */
  readonly flaw?: string | undefined
}

/** One measured subject. */
export interface Table {
  readonly title: string
  /** What was measured, and how. */
  readonly about: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** Why a contestant is ahead where it is. */
  readonly reasons?: Readonly<Record<string, string>>
}

/** A line of what Annals has to reach. */
export interface Bar {
  readonly bar: string
  readonly measured: string
  /** Undefined where it cannot be measured yet. */
  readonly met: boolean | undefined
  readonly because?: string
}

export interface Result {
  readonly table: Table
  readonly bars: readonly Bar[]
}

/**
 * A sentence for each row in which another contestant, `raw` aside, is ahead of Annals: by more than a twentieth,
 * and with its middle outside what our own rounds gave.
 */
export function ahead({ columns, rows, reasons = {} }: Table): string[] {
  return rows.flatMap((ours) => {
    if (ours.contestant !== 'annals') return []
    const rivals = rows.filter(
      ({ what, contestant, flaw }) =>
        what === ours.what && contestant !== 'annals' && contestant !== 'raw' && flaw === undefined,
    )
    return rivals.flatMap(({ contestant, figures }) => {
      const won = columns.flatMap(({ name, better }, index) => {
        const other = figures[index]
        const own = ours.figures[index]
        return better !== undefined && isBetter(other, own, better)
          ? [`${name} ${format(other)} to ${format(own)}`]
          : []
      })
      if (won.length === 0) return []
      return [
        `${contestant} is ahead of annals in ${ours.what}: ${won.join('; ')}. ${reasons[contestant] ?? 'Nobody has looked into why.'}`,
      ]
    })
  })
}

function isBetter(other: Figure, own: Figure, better: 'less' | 'more'): boolean {
  if (other === undefined || own === undefined) return false
  const middle = typeof other === 'object' ? other.median : other
  const ours = typeof own === 'object' ? own : { median: own, min: own, max: own }
  return better === 'less'
    ? middle < Math.min(ours.min, ours.median * 0.95)
    : middle > Math.max(ours.max, ours.median * 1.05)
}

export function format(figure: Figure): string {
  if (figure === undefined) return ''
  if (typeof figure === 'number') return formatNumber(figure)
  return `${formatNumber(figure.median)} (${formatNumber(figure.min)}–${formatNumber(figure.max)})`
}

function formatNumber(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}

function headings({ columns, rows }: Table): string[] {
  return ['what', 'who', ...columns.map(({ name }) => name), ...(rows.some(isFlawed) ? ['flaw'] : [])]
}

function cells({ rows }: Table): string[][] {
  return rows.map(({ what, contestant, figures, flaw }) => [
    what,
    contestant,
    ...figures.map(format),
    ...(rows.some(isFlawed) ? [flaw ?? ''] : []),
  ])
}

function isFlawed({ flaw }: Row): boolean {
  return flaw !== undefined
}

/** The table as text of even columns. */
export function asText(table: Table): string {
  const lines = [headings(table), ...cells(table)]
  const widths = headings(table).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  )
  const rows = lines.map(
    (line) => `  ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`,
  )
  return [table.title, ...rows, ...ahead(table).map((sentence) => `  - ${sentence}`)].join('\n')
}

export interface Circumstances {
  readonly date: string
  readonly machine: string
  readonly versions: string
  readonly quick: boolean
  /** Who was left out, with the reason. */
  readonly absent: readonly string[]
}

/** Who is measured, as the tables name them. */
const contestants = `- \`raw\`: \`lib-dynamodb\` alone, as one would write it by hand: one conditional put for a commit, of the same item as
  that of Annals, and one query for a load.
- \`annals\`: the event store of this repository: one item for a commit, however many events it has.
- \`castore\`: Castore, an item for each event; several events are put in a transaction.
- \`equinox-js\`: Equinox, a "tip" item for each stream, which every commit rewrites and which is split off at 32 KB;
  events compressed. \`equinox-js-snapshot\` is the same with a snapshot in the tip.
- \`event-store-adapter-js\`: a journal of events and a table of snapshots, written in one transaction for each event;
  a snapshot is written with the first event only, as in its README.`

/** The whole document. */
export function asMarkdown(results: readonly Result[], circumstances: Circumstances): string {
  const { date, machine, versions, quick, absent } = circumstances
  const bars = results.flatMap((result) => result.bars)
  return `# Benchmarks

Written by \`npm run bench${quick ? ' -- --quick' : ''}\` on ${date}, on ${machine}; ${versions}.
${quick ? '\n**A quick run, to try the benchmarks out: too few rounds for its times to say anything.**\n' : ''}
## How it was measured

Everybody writes to one DynamoDB in the same run, with the same events, client settings and concurrency. That is the
embedded one of the local cloud, on this machine: it counts units as Amazon's does, and its times are its own. It is
started anew, with empty tables, for every section below.

${contestants}
${absent.map((line) => `\nLeft out: ${line}\n`).join('')}
A ratio to \`raw\` comes from rounds in which the two take turns, and is taken within each round. A figure with a range is
the median of the rounds with the lowest and the highest. Requests and units (WCU for writes, RCU for reads) are counted
in the client, alike for everybody; a refused write counts as a request and not in units, because its answer does not
say them. The machine decides the times: compare ratios, requests and units.

Below a table stands each row in which somebody but \`raw\` is ahead of \`annals\`, and why: by more than a twentieth and
outside the range of \`annals\`, in a row without a flaw. Times alone are not compared, only ratios: those of two
contestants were not taken side by side.

## What Annals has to reach

${markdownTable(
  ['bar', 'measured', 'verdict'],
  bars.map(({ bar, measured, met, because }) => [bar, measured, verdict(met, because)]),
)}

${results.map(({ table }) => section(table)).join('\n\n')}
`
}

function verdict(met: boolean | undefined, because: string | undefined): string {
  const word = met === undefined ? 'not measured' : met ? 'met' : '**not met**'
  return because === undefined ? word : `${word}: ${because}`
}

function section(table: Table): string {
  const sentences = ahead(table)
  return [
    `## ${table.title}`,
    table.about,
    markdownTable(headings(table), cells(table)),
    ...(sentences.length === 0 ? [] : [sentences.map((sentence) => `- ${sentence}`).join('\n')]),
  ].join('\n\n')
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (each: readonly string[]) => `| ${each.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
