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
        const [other, own] = [figures[index], ours.figures[index]]
        return better !== undefined && isBetter(other, own, better)
          ? [`${name} ${format(other)} to ${format(own)}`]
          : []
      })
      if (won.length === 0) return []
      return [
        `${contestant} is ahead of annals in ${ours.what}: ${won.join('; ')}. ${reasons[contestant] ?? ''}`.trim(),
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

function cells({ what, contestant, figures, flaw }: Row): string[] {
  return [what, contestant, ...figures.map(format), flaw ?? '']
}

function headings({ columns }: Table): string[] {
  return ['what', 'who', ...columns.map(({ name }) => name), '']
}

/** The table as text of even columns. */
export function asText(table: Table): string {
  const lines = [headings(table), ...table.rows.map(cells)]
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

/** The whole document. */
export function asMarkdown(results: readonly Result[], circumstances: Circumstances): string {
  const { date, machine, versions, quick, absent } = circumstances
  const bars = results.flatMap((result) => result.bars)
  return `# Benchmarks

Written by \`npm run bench${quick ? ' -- --quick' : ''}\` on ${date}, on ${machine}; ${versions}.
${quick ? '\n**A quick run, to try the benchmarks out: too few rounds for its times to say anything.**\n' : ''}
Everybody writes to one embedded DynamoDB in the same run, with the same events, client settings and concurrency.
\`raw\` is \`lib-dynamodb\` alone: one conditional put for a commit, of the same item as that of Annals, and one query for
a load. Times come from rounds in which a contestant and \`raw\` take turns; a figure with a range is the median of the
rounds with the lowest and the highest, and a ratio is taken within each round. Requests and units are counted in the
client, alike for everybody; a refused write counts as a request and not in units, because its answer does not say them.
The machine decides the times: compare ratios, requests and units.
${absent.map((line) => `\nLeft out: ${line}\n`).join('')}
## What Annals has to reach

${markdownTable(
  ['bar', 'measured', ''],
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
    markdownTable(headings(table), table.rows.map(cells)),
    ...(sentences.length === 0 ? [] : [sentences.map((sentence) => `- ${sentence}`).join('\n')]),
  ].join('\n\n')
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (each: readonly string[]) => `| ${each.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
