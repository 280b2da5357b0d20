import { type Contestant, counted, eventBytes } from '../contestants/contestant.ts'
import { percentile, runAll, spreadOf, type Throughput } from '../measure.ts'
import { type Bar, format, type Row } from '../report.ts'
import { type Usage, used } from '../wire.ts'
import { againstRaw, type Field, ratioToRaw, type Subject } from './subject.ts'

/** Appends of 1 and of 3 events to streams with one event, without a load before them. */
export const append: Subject = async (field) => {
  const rows: Row[] = []
  const bars: Bar[] = []
  for (const events of [1, 3]) {
    for (const concurrency of [1, 16]) {
      const what = `append ${events}, ${concurrency} at a time`
      const compared = await againstRaw(field, (contestant) =>
        appends(field, contestant, events, concurrency),
      )
      for (const each of compared) {
        const latencies = each.own.flatMap((round) => round.latencies)
        const ratio = ratioToRaw(each, ({ perSecond }) => perSecond)
        const cpu = ratioToRaw(each, ({ cpuMs }) => cpuMs)
        const { requests, writeUnits } = await one(field, each.contestant, events, eventBytes)
        rows.push({
          what,
          contestant: each.contestant.name,
          figures: [
            requests,
            writeUnits,
            spreadOf(each.own.map(({ perSecond }) => perSecond)),
            ratio,
            percentile(latencies, 50),
            percentile(latencies, 99),
            cpu,
          ],
          ...(requests > 1 && { flaw: 'not atomic' }),
        })
        if (each.contestant === field.annals && typeof ratio === 'object') {
          const bar = `throughput of ${what}, against a raw conditional put: ≥ 0.9`
          const because = `processor time of the client for an append, against raw: ${format(cpu)}`
          bars.push({
            bar,
            measured: format(ratio),
            met: ratio.median >= 0.9,
            ...(ratio.median < 0.9 && { because }),
          })
        }
      }
    }
  }

  for (const events of [1, 3]) {
    const { requests, writeUnits } = await one(field, field.annals, events, 100)
    bars.push({
      bar: `append of ${events} with an item under 1 KB: 1 request, 1.0 WCU`,
      measured: `${requests} request, ${writeUnits} WCU`,
      met: requests === 1 && writeUnits === 1,
    })
  }

  const table = {
    title: 'Append',
    about: `One commit of 1 or 3 events of ${eventBytes} bytes, put after the first event of its stream.`,
    columns: [
      { name: 'requests', better: 'less' },
      { name: 'WCU', better: 'less' },
      { name: 'ops/s' },
      { name: 'ops/s against raw', better: 'more' },
      { name: 'p50 ms' },
      { name: 'p99 ms' },
      { name: 'client CPU against raw', better: 'less' },
    ],
    rows,
    reasons: {
      'equinox-js': compresses,
      'equinox-js-snapshot': compresses,
      'event-store-adapter-js': handsOver,
      castore: handsOver,
    },
  } as const
  return { table, bars }
}

const compresses =
  'It compresses events, so it sends fewer bytes while its tip is small. As the tip grows, every write pays for all of it.'
const handsOver =
  'It calls the client of DynamoDB directly. Annals calls lib-dynamodb, as raw does, and also weighs each item before the put and sets a time-out for each call.'

async function appends(
  field: Field,
  contestant: Contestant,
  events: number,
  concurrency: number,
): Promise<Throughput> {
  const ready = await begun(field, contestant, events, eventBytes, field.size.appends)
  return runAll(ready, concurrency)
}

async function one(field: Field, contestant: Contestant, events: number, bytes: number): Promise<Usage> {
  const [ready] = await begun(field, contestant, events, bytes, 1)
  return (await used(contestant.wire, async () => ready?.())).usage
}

/** Streams with a first event, each with a function that appends to it. */
async function begun(field: Field, contestant: Contestant, events: number, bytes: number, streams: number) {
  const commit = Array.from({ length: events }, (_, place) => counted(place + 2, bytes))
  const ready: (() => Promise<void>)[] = []
  const begin = async () => {
    ready.push(await contestant.begin(`bench-append-${field.next()}`, commit))
  }
  await runAll(new Array(streams).fill(begin), 16)
  return ready
}
