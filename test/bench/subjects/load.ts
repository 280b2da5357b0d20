import type { Contestant } from '../contestants/contestant.ts'
import { spreadOf, timed } from '../measure.ts'
import { type Bar, format, type Row } from '../report.ts'
import { used } from '../wire.ts'
import { againstRaw, doesLess, ratioToRaw, type Subject } from './subject.ts'

/** Loads of whole streams up to the folded state, and the cost of a command on each of them, for the targets. */
export const load: Subject = async (field) => {
  const { raw, annals, others, size } = field
  const rows: Row[] = []
  const bars: Bar[] = []
  for (const length of size.lengths) {
    const stream = `bench-load-${length}`
    for (const contestant of [raw, ...others]) await contestant.fill(stream, length)

    const times = Math.max(1, Math.min(size.loads, 2000 / length))
    const what = `load ${length.toLocaleString('en-US')}`
    const compared = await againstRaw(field, (contestant) => loads(contestant, stream, times))
    for (const each of compared) {
      const { contestant, own } = each
      const { value, usage } = await used(contestant.wire, () => contestant.load(stream))
      const complete = value.count === length && value.wrong === 0
      rows.push({
        what,
        contestant: contestant.name,
        figures: [usage.requests, usage.readUnits, spreadOf(own), ratioToRaw(each, (ms) => ms)],
        ...(!complete && { flaw: `wrong: ${value.count} events` }),
      })
    }

    bars.push(...(await commandOn(annals, stream, length)))
  }

  const table = {
    title: 'Load',
    about: `The state of a stream with one event per commit, decoded and folded. It is read consistently if the library can do that. The time of a round is the mean of its loads.`,
    columns: [
      { name: 'requests', better: 'less' },
      { name: 'RCU', better: 'less' },
      { name: 'ms' },
      { name: 'ms against raw', better: 'less' },
    ],
    rows,
    reasons: {
      'equinox-js':
        'It compresses events and packs them into items of 32 KB, so there are fewer bytes and far fewer items to read.',
      'equinox-js-snapshot':
        'It reads one item, the tip with a snapshot, which every write pays for. Annals always reads the last 28 commits, to find repeats in them.',
      'event-store-adapter-js': `It reads an index, which costs half but cannot be read consistently. ${doesLess}`,
      castore: doesLess,
    },
  } as const
  return { table, bars }
}

/** The cost of a command, cold and warm. */
async function commandOn(annals: Contestant, stream: string, length: number): Promise<Bar[]> {
  const { command, warmCommand = command } = annals
  const on = `command on a stream of ${length.toLocaleString('en-US')}`
  const cold = (await used(annals.wire, () => command(stream, 'cold'))).usage
  await warmCommand(stream, 'warming')
  const warm = (await used(annals.wire, () => warmCommand(stream, 'warm'))).usage
  return [
    {
      bar: `${on}, cold: 2 requests, ≤ 8 RCU`,
      measured: `${cold.requests} requests, ${format(cold.readUnits)} RCU`,
      met: cold.requests <= 2 && cold.readUnits <= 8,
      ...(cold.readUnits > 8 && { because: 'the commits of the tail are larger than 1 KB' }),
    },
    {
      bar: `${on}, warm: 1 request`,
      measured: `${warm.requests} ${warm.requests === 1 ? 'request' : 'requests'}`,
      met: warm.requests <= 1,
      ...(warm.requests > 1 && { because: 'the stream is loaded although it is cached' }),
    },
  ]
}

/** The mean of some loads, in milliseconds. */
async function loads(contestant: Contestant, stream: string, times: number): Promise<number> {
  const { ms } = await timed(async () => {
    for (let n = 0; n < times; n++) await contestant.load(stream)
  })
  return ms / times
}
