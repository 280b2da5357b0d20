import type { Spread } from './measure.ts'

/** A measured number, or its spread over the rounds. Undefined if it does not apply. */
export type Figure = number | Spread | undefined

export interface Column {
  readonly name: string
  /**
   * Which of two figures is better. Undefined for a column that only describes. Also undefined for times:
   * those of two contestants were not taken in turns, only their ratios to `raw` were.
   */
  readonly better?: 'less' | 'more'
}

export interface Row {
  /** The measured task, the same for every contestant. */
  readonly what: string
  readonly contestant: string
  /** One figure for each column. */
  readonly figures: readonly Figure[]
  /** The reason why the row cannot be compared, such as a wrong result. */
  readonly flaw?: string | undefined
}

/** One measured subject. */
export interface Table {
  readonly title: string
  /** Description of the measured task and of the method. */
  readonly about: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** The reason why a contestant is ahead in some rows. */
  readonly reasons?: Readonly<Record<string, string>>
}

/** A target for Annals, with the measured value. */
export interface Bar {
  readonly bar: string
  readonly measured: string
  /** Undefined if it cannot be measured yet. */
  readonly met: boolean | undefined
  readonly because?: string
}

export interface Result {
  readonly table: Table
  readonly bars: readonly Bar[]
}

/**
 * One sentence for each row in which a contestant other than `raw` is ahead of Annals. Ahead means by more
 * than 5 %, with its median outside the range of our own rounds.
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
        `${contestant} is ahead of annals in ${ours.what}: ${won.join('; ')}. ${reasons[contestant] ?? 'The reason is not known.'}`,
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

/** The table as text with aligned columns. */
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
  /** The contestants that were left out, with the reason. */
  readonly absent: readonly string[]
}

/** The contestants by their names in the tables. */
const contestants = `- \`raw\`: \`lib-dynamodb\` alone, as one would write it by hand: one conditional put for a commit, with the same item as
  Annals, and one query for a load.
- \`annals\`: the event store of this repository: one item for a commit, however many events it has.
- \`castore\`: Castore, an item for each event; several events are put in a transaction.
- \`equinox-js\`: Equinox, a "tip" item for each stream, which every commit rewrites and which is split off at 32 KB;
  events are compressed. \`equinox-js-snapshot\` is the same with a snapshot in the tip.
- \`event-store-adapter-js\`: a journal of events and a table of snapshots, written in one transaction for each event;
  a snapshot is written only with the first event, as in its README.`

/** The whole document. */
export function asMarkdown(results: readonly Result[], circumstances: Circumstances): string {
  const { date, machine, versions, quick, absent } = circumstances
  const bars = results.flatMap((result) => result.bars)
  return `# Benchmarks

Written by \`npm run bench${quick ? ' -- --quick' : ''}\` on ${date}, on ${machine}; ${versions}.
${quick ? '\n**A quick run to try the benchmarks: it has too few rounds for meaningful times.**\n' : ''}
## How it was measured

All contestants write to one DynamoDB in the same run, with the same events, client settings and concurrency. This is
the embedded DynamoDB of the local cloud, on this machine: it counts units like Amazon's, but its times differ. It is
started again, with empty tables, for every section below.

${contestants}
${absent.map((line) => `\nLeft out: ${line}\n`).join('')}
Ratios to \`raw\` come from rounds in which the two take turns, and are computed within each round. A figure with a range
is the median of the rounds, with the lowest and the highest. Requests and units (WCU for writes, RCU for reads) are
counted in the client, in the same way for all. A refused write counts as a request but not in units, because its
answer does not report them. Times depend on the machine: compare ratios, requests and units.

Below each table is a list of the rows in which a contestant other than \`raw\` is ahead of \`annals\`, with the reason.
Ahead means by more than 5 % and outside the range of \`annals\`, in a row without a flaw. Only ratios are compared, not
times, because the times of two contestants were not taken in turns.

## Targets for Annals

${markdownTable(
  ['target', 'measured', 'verdict'],
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
