import type { Contestant } from '../contestants/contestant.ts'
import { percentile, runAll, spreadOf, type Throughput } from '../measure.ts'
import type { Row } from '../report.ts'
import { used } from '../wire.ts'
import { againstRaw, doesLess, type Field, ratioToRaw, type Subject } from './subject.ts'

const length = 100

/** Whole commands on streams of 100 events, without a cache. */
export const command: Subject = async (field) => {
  const compared = await againstRaw(field, (contestant) => commands(field, contestant))
  const rows: Row[] = []
  for (const each of compared) {
    const { contestant, own } = each
    const stream = `bench-command-${field.next()}`
    await contestant.fill(stream, length)
    const { usage } = await used(contestant.wire, () => contestant.command(stream, 'one'))
    const latencies = own.flatMap((round) => round.latencies)
    rows.push({
      what: `command on ${length}, cold`,
      contestant: contestant.name,
      figures: [
        usage.requests,
        usage.writeUnits,
        usage.readUnits,
        spreadOf(own.map((round) => percentile(round.latencies, 50))),
        ratioToRaw(each, (round) => percentile(round.latencies, 50)),
        percentile(latencies, 99),
      ],
    })
  }
  const table = {
    title: 'A full command',
    about: `Load, decide and append one event, one command at a time. Each stream has ${length} events when the round begins.`,
    columns: [
      { name: 'requests', better: 'less' },
      { name: 'WCU', better: 'less' },
      { name: 'RCU', better: 'less' },
      { name: 'p50 ms' },
      { name: 'p50 against raw', better: 'less' },
      { name: 'p99 ms' },
    ],
    rows,
    reasons: {
      'equinox-js':
        'It reads its tip and the compressed batches before it, and pays for that with every write.',
      'equinox-js-snapshot': 'It reads only its tip, and pays for that with every write.',
      'event-store-adapter-js': 'It reads an index, which costs half but cannot be read consistently.',
      castore: doesLess,
    },
  } as const
  return { table, bars: [] }
}

async function commands(field: Field, contestant: Contestant): Promise<Throughput> {
  const streams = Array.from({ length: 4 }, () => `bench-command-${field.next()}`)
  for (const stream of streams) await contestant.fill(stream, length)
  const jobs = streams.flatMap((stream) =>
    Array.from({ length: 10 }, (_, n) => () => contestant.command(stream, `command-${n}`)),
  )
  return runAll(jobs, 1)
}
