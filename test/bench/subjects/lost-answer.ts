import type { Row } from '../report.ts'
import type { Subject } from './subject.ts'

const length = 3

/** A write succeeds but its answer is lost on the way. The SDK tries again, as it does by default. */
export const lostAnswer: Subject = async (field) => {
  const rows: Row[] = []
  for (const contestant of [field.raw, ...field.others]) {
    const [found, errors]: [number[], unknown[]] = [[], []]
    for (let n = 0; n < field.size.lostAnswers; n++) {
      const stream = `bench-lost-${field.next()}`
      await contestant.fill(stream, length)
      contestant.wire.loseNextAnswer()
      await contestant.command(stream, 'lost').catch((error: unknown) => errors.push(error))
      found.push((await contestant.load(stream)).count - length)
    }
    const once = found.filter((events) => events === 1).length
    const twice = found.filter((events) => events > 1).length
    rows.push({
      what: `${found.length} commands, each with one answer lost`,
      contestant: contestant.name,
      figures: [once, twice, found.length - once - twice, errors.length],
      ...(twice > 0 ? { flaw: 'event twice' } : {}),
    })
  }
  const table = {
    title: 'A lost answer',
    about:
      'The write of a command succeeds, but its answer is dropped once. The figure says how often its event is in the stream after the whole command, with default retries.',
    columns: [
      { name: 'once', better: 'more' },
      { name: 'twice', better: 'less' },
      { name: 'never', better: 'less' },
      { name: 'errors', better: 'less' },
    ],
    rows,
  } as const
  return { table, bars: [] }
}
