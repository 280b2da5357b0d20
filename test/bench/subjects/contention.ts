import { timed } from '../measure.ts'
import type { Row } from '../report.ts'
import { used } from '../wire.ts'
import type { Subject } from './subject.ts'

const writers = 16

/**
 * Many writers of one stream, each with one command after another. An error counts against its caller, who
 * continues.
 */
export const contention: Subject = async ({ raw, others, size: { commandsPerWriter } }) => {
  const rows: Row[] = []
  for (const contestant of [raw, ...others]) {
    const stream = 'bench-contention'
    await contestant.fill(stream, 1)
    let accepted = 0
    let surfaced = 0
    const write = async (writer: number) => {
      for (let n = 0; n < commandsPerWriter; n++) {
        try {
          await contestant.command(stream, `writer-${writer}-${n}`)
          accepted += 1
        } catch {
          surfaced += 1
        }
      }
    }
    const { value, ms } = await timed(() =>
      used(contestant.wire, () => Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))),
    )
    const { count, wrong } = await contestant.load(stream)
    const flaws = [
      ...(count - 1 !== accepted ? [`${accepted} accepted, ${count - 1} stored`] : []),
      ...(wrong > 0 ? [`${wrong} decided on a wrong state`] : []),
    ]
    rows.push({
      what: `${writers} writers × ${commandsPerWriter}`,
      contestant: contestant.name,
      figures: [accepted, count - 1, surfaced, value.usage.writes, ms / 1000, ms / accepted],
      ...(flaws.length > 0 && { flaw: flaws.join(', ') }),
    })
  }
  const table = {
    title: 'One stream, many writers',
    about: `${writers} writers of one process, each with ${commandsPerWriter} commands on the same stream. Annals retries for ten seconds, with growing pauses, before it answers 503. The others try three times, in a loop of their own or in one around them. They finish sooner, with most of the commands refused.`,
    columns: [
      { name: 'accepted', better: 'more' },
      { name: 'events' },
      { name: 'errors', better: 'less' },
      { name: 'writes tried' },
      { name: 's' },
      { name: 'ms per accepted command' },
    ],
    rows,
  } as const
  return { table, bars: [] }
}
