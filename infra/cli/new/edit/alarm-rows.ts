import { type Edit, unexpected } from './source.ts'

/** A row of the operator's table of alarms. */
export interface AlarmRow {
  readonly alarms: readonly string[]
  readonly meaning: string
  /** The command or the page that helps. */
  readonly remedy: string
}

/** The page that has a row for every alarm. */
export const alarmPage = 'docs/operating.md'

/** The line below the last table of alarms. */
const below = 'The queues keep a message for 14 days.'

/** Adds a table of alarms to the operator's page. Without a feature, it stays when features are removed. */
export function addAlarmRows(rows: readonly AlarmRow[], feature?: string): Edit {
  return (source) => {
    const at = source.text.indexOf(below)
    if (at === -1) throw unexpected(source, `line "${below}"`)
    const table = [
      '| alarm | meaning | type |',
      '| --- | --- | --- |',
      ...rows.map(
        ({ alarms, meaning, remedy }) =>
          `| ${alarms.map((name) => `\`${name}\``).join(', ')} | ${meaning} | ${remedy} |`,
      ),
    ]
    const marked =
      feature === undefined ? table : [`<!-- feature: ${feature} -->`, ...table, `<!-- end: ${feature} -->`]
    return [{ at, text: `${marked.join('\n')}\n\n` }]
  }
}
