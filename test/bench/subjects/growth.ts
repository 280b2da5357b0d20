import { format } from '../report.ts'
import { used } from '../wire.ts'
import type { Subject } from './subject.ts'

/** The cost of a stream while it grows by one event at a time. */
export const growth: Subject = async ({ raw, annals, others, size }) => {
  const rows = []
  const bars = []
  for (const contestant of [raw, ...others]) {
    const { usage } = await used(contestant.wire, () => contestant.fill('bench-growth', size.growth))
    const perEvent = usage.writeUnits / size.growth
    rows.push({
      what: `grow to ${size.growth.toLocaleString('en-US')}`,
      contestant: contestant.name,
      figures: [usage.requests, perEvent],
    })
    if (contestant === annals) {
      bars.push({
        bar: 'WCU per event while a stream grows to 10,000 (snapshots on): ≤ 1.1',
        measured: `${format(perEvent)}, to ${size.growth.toLocaleString('en-US')}, of a small state`,
        met: perEvent <= 1.1,
        ...(perEvent > 1.1 && { because: 'the snapshots do not fit into the same KB' }),
      })
    }
  }
  const table = {
    title: 'WCU while a stream grows',
    about:
      'One event per commit, each appended to the stream so far. Annals stores a snapshot beside every 27th commit. A state with a deflated size of N KB adds at most N / 27 WCU per event.',
    columns: [
      { name: 'requests', better: 'less' },
      { name: 'WCU per event', better: 'less' },
    ],
    rows,
  } as const
  return { table, bars }
}
